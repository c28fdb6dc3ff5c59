"""The next step of an operation: its state, what it moves, and the holds it ends."""

import json
from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from coinhub.core.actor import Actor
from wallets.ledger.drafts import HoldDraft, Leg
from wallets.ledger.posting import (
    call,
    hold_parameters,
    leg_parameters,
    outcome,
    request_parameters,
    told,
)
from wallets.ledger.request import Booked, MoneyRequest
from wallets.models import Hold, Transaction
from wallets.models.transaction import status_of

BOOK_STEP = """
SELECT claimed, transaction_id, created_at, used_fingerprint, response_status, response
  FROM book_step_v2(
    %s::smallint, %s::bigint, %s::text[], %s::text, %s::text, %s::text, %s::text,
    %s::bigint[], %s::smallint[], %s::text[], %s::numeric[],
    %s::bigint[], %s::smallint[], %s::numeric[], %s::text[],
    %s::uuid, %s::text, %s::text[], %s::timestamptz, %s::date, %s::text,
    %s::uuid, %s::text, %s::bytea, %s::smallint, %s::text, %s::jsonb, %s::text, %s::jsonb)
"""
CONDITION = """
SELECT hold_condition_v1(%s::bigint, %s::smallint, %s::text, %s::boolean, %s::uuid, %s::text)
"""


@dataclass(frozen=True, slots=True)
class Take:
    """All or part of an open hold that a step takes; ``end_state`` is how it ends when empty."""

    hold: Hold
    amount: Decimal
    end_state: str = Hold.State.CAPTURED


@dataclass(frozen=True, slots=True)
class StepDraft:
    """A step to be: from which states to which, and the journal it books, if any.

    ``name`` makes the step's key: the same step of one operation is booked once, ever.
    ``operation`` refuses it while that operation is stopped. ``details`` go to the audit event.
    """

    transaction: Transaction
    from_states: tuple[str, ...]
    to: str
    name: str
    legs: tuple[Leg, ...] = ()
    takes: tuple[Take, ...] = ()
    place: HoldDraft | None = None
    operation: str | None = None
    value_date: date | None = None
    details: dict[str, Any] = field(default_factory=dict)


def step(
    draft: StepDraft, *, actor: Actor, event: str, request: MoneyRequest | None = None
) -> Booked:
    """Take the next step of an operation: claim the key, change the state, book, tell.

    Atomic: one statement, which is a transaction by itself; inside a transaction it joins it.
    Repeat: the same request gives back the first answer; without a key the state is another one.
    Writes: IdempotencyKey, state of the Transaction, Journal with Postings, Holds, AuditEvent,
        OutboxEvent.
    Raises: MoveNotAllowed, HoldEnded, HoldTooSmall, HoldConditionOpen, StepBookedAlready,
        ServicePaused, RoutedAnew, InsufficientFunds, WalletFrozen, WalletClosed and those of a key.
    """
    transaction = copy(draft.transaction)  # a refusal leaves the caller's row as it was
    transaction.state = str(draft.to)
    transaction.status = status_of(transaction.state)
    answer = request.answer(transaction) if request and request.answer else None
    parameters = [
        transaction.shard,
        transaction.pk,
        [str(state) for state in draft.from_states],
        transaction.status,
        transaction.state,
        draft.name.partition(":")[0],
        draft.name,
        *leg_parameters(draft.legs),
        *_taken(draft.takes),
        *hold_parameters(draft.place),
        draft.value_date,
        draft.operation,
        *request_parameters(request, answer),
        *told(actor, event),
        json.dumps(draft.details),
    ]
    decimals = draft.legs[0].decimals if draft.legs else None
    return outcome(call(BOOK_STEP, parameters, decimals), transaction, request)


def open_condition(hold: Hold, code: str, *, actor: Actor, note: str = "") -> int:
    """Let a hold in ``held`` wait for one more thing, and say for how many it waits then.

    Atomic: one statement; joins the caller's transaction.
    Repeat: a condition that is open stays as it is.
    Raises: HoldEnded.
    """
    return _condition(hold, code, opens=True, actor=actor, note=note)


def clear_condition(hold: Hold, code: str, *, actor: Actor, note: str = "") -> int:
    """Clear one condition of a hold in ``held``, and say how many are open then.

    Atomic, Repeat, Raises: as ``open_condition``.
    """
    return _condition(hold, code, opens=False, actor=actor, note=note)


def _condition(hold: Hold, code: str, *, opens: bool, actor: Actor, note: str) -> int:
    parameters = [hold.pk, hold.shard, code, opens, actor.user_id, note]
    still_open: int = call(CONDITION, parameters)[0]
    return still_open


def _taken(takes: Iterable[Take]) -> list[Any]:
    taken = list(takes)
    return [
        [take.hold.pk for take in taken],
        [take.hold.shard for take in taken],
        [take.amount for take in taken],
        [str(take.end_state) for take in taken],
    ]
