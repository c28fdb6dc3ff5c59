"""Booking: one call to the database for a whole operation."""

import json
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import DatabaseError, InterfaceError

from coinhub.core.actor import Actor
from coinhub.core.db import database_clock, fetch_row
from wallets.ledger.drafts import HoldDraft, Leg, TransactionDraft
from wallets.ledger.errors import (
    IdempotencyKeyExpired,
    IdempotencyKeyReused,
    LedgerMisused,
    RefusedBefore,
    translate,
)
from wallets.ledger.figures import in_units
from wallets.ledger.guard import Guard
from wallets.ledger.request import LIFETIME, Answer, Booked, MoneyRequest
from wallets.models import Transaction

BOOK_TRANSACTION = """
SELECT claimed, transaction_id, created_at, used_fingerprint, response_status, response
  FROM book_transaction_v2(
    %s::smallint, %s::uuid, %s::text, %s::text, %s::text, %s::numeric, %s::numeric, %s::text,
    %s::bigint, %s::bigint, %s::text, %s::text, %s::jsonb, %s::bigint, %s::numeric, %s::jsonb,
    %s::text, %s::bigint[], %s::smallint[], %s::text[], %s::numeric[], %s::date,
    %s::uuid, %s::text, %s::text[], %s::timestamptz,
    %s::uuid, %s::text, %s::bytea, %s::smallint, %s::text, %s::jsonb, %s::text, %s::uuid)
"""

COLUMNS = [field.attname for field in Transaction._meta.concrete_fields]
ENDED = (Transaction.Status.COMPLETED, Transaction.Status.CANCELLED, Transaction.Status.FAILED)
PAYER, PAYEE = Transaction.payer_wallet.field, Transaction.payee_wallet.field
ORIGINAL = Transaction.original.field


def book(
    draft: TransactionDraft,
    *,
    actor: Actor,
    event: str,
    request: MoneyRequest | None = None,
    guard: Guard | None = None,
) -> Booked:
    """Book a whole operation: claim the key, ask the guard, move the money, record it, tell of it.

    Atomic: one statement, which is a transaction by itself; inside a transaction it joins it.
    Repeat: the same request gives back the first Transaction and the answer kept for it.
    Writes: IdempotencyKey, Transaction, Journal with Postings, Hold, AuditEvent, OutboxEvent.
    Raises: InsufficientFunds, WalletFrozen, WalletClosed, AmountInvalid, IdempotencyKeyReused,
        IdempotencyKeyExpired, IdempotencyInProgress, Unavailable; with a guard ServicePaused,
        AccountFrozen, CooldownActive, LimitExceeded; NothingLeft where an original is given back;
        RoutedAnew when a credit need not wait any more, or must.
    """
    transaction = as_row(draft)
    answer = request.answer(transaction) if request and request.answer else None
    row = call(
        BOOK_TRANSACTION,
        [
            *_draft_parameters(draft, guard),
            *request_parameters(request, answer),
            *told(actor, event),
            draft.free_payee,
        ],
        draft.payer.decimals,
    )
    return outcome(row, transaction, request)


def outcome(row: Any, transaction: Transaction, request: MoneyRequest | None) -> Booked:
    """Read what a booking function answered: booked now, or booked before under the same key.

    Raises: IdempotencyKeyReused, IdempotencyKeyExpired, RefusedBefore.
    """
    claimed, transaction_id, created_at, used_fingerprint, status, body = row
    kept = Answer(status, body) if body is not None else None
    if claimed:
        if transaction._state.adding:
            transaction.pk = transaction_id
            transaction.created_at = created_at
            transaction._state.adding = False
        if transaction.status in ENDED:
            transaction.completed_at = created_at
        return Booked(transaction, False, kept)
    if request is None:
        raise LedgerMisused("nothing was claimed, and no key was given")
    require_same(request, used_fingerprint, created_at, kept, transaction_id)
    if transaction_id is None:
        raise RefusedBefore
    return Booked(Transaction.objects.get(pk=transaction_id), True, kept)


def require_same(
    request: MoneyRequest,
    used_fingerprint: Any,
    used_at: datetime,
    kept: Answer | None,
    transaction_id: int | None,
) -> None:
    """Refuse a key that was used for another request, or too long ago.

    Raises: IdempotencyKeyReused, IdempotencyKeyExpired (naming the original operation).
    """
    if bytes(used_fingerprint) != request.fingerprint:
        raise IdempotencyKeyReused
    if _is_over(used_at) or (request.answer is not None and kept is None):
        original = Transaction.objects.filter(pk=transaction_id or 0).values_list(
            "public_id", flat=True
        )
        raise IdempotencyKeyExpired(original=str(original.first() or ""))


def _is_over(used_at: datetime) -> bool:
    """Say whether an answer is no longer kept, by the clock that wrote when it was given."""
    return database_clock() - used_at > LIFETIME


def call(statement: str, parameters: list[Any], decimals: int | None = None) -> Any:
    """Run one ledger function and give its row; what it refuses is told in so many decimals.

    Raises: the refusal that the database's error stands for.
    """
    try:
        return fetch_row(statement, parameters)
    except (DatabaseError, InterfaceError) as error:
        raise in_units(translate(error), decimals) from error


def as_row(draft: TransactionDraft) -> Transaction:
    """Make the row as the database will write it, without asking for it again.

    By place, as rows from the database are made: by name costs a fifth of a transfer's Python.
    """
    values: dict[str, Any] = {
        "public_id": draft.public_id,
        "shard": draft.shard,
        "type": draft.type,
        "status": draft.status,
        "state": draft.state,
        "amount": draft.amount.amount,
        "fee": draft.fee,
        "currency_id": draft.amount.currency,
        "payer_wallet_id": draft.payer.pk,
        "payee_wallet_id": draft.payee.pk,
        "reference": draft.reference,
        "note": draft.note,
        "metadata": draft.metadata,
        "original_id": draft.original.pk if draft.original else None,
        "usd_value": draft.usd_value,
    }
    transaction = Transaction(*[values.get(name) for name in COLUMNS])  # type: ignore[misc]
    PAYER.set_cached_value(transaction, draft.payer)
    PAYEE.set_cached_value(transaction, draft.payee)
    ORIGINAL.set_cached_value(transaction, draft.original)
    return transaction


def leg_parameters(legs: tuple[Leg, ...]) -> list[Any]:
    """Give the legs as the four arrays that the functions take, in PostgreSQL's own writing.

    For a list the driver looks at every element to find out its type: 20 us of 25 for the call.
    No legs, no arrays: the operation moves nothing.
    """
    if not legs:
        return [None] * 4
    return [
        _array([leg.wallet_id for leg in legs]),
        _array([leg.shard for leg in legs]),
        _array([leg.balance_type for leg in legs]),
        _array([leg.amount for leg in legs]),
    ]


def _array(items: Sequence[int | str | Decimal]) -> str:
    # Numbers and names of balance types: nothing in them needs a quote.
    return "{" + ",".join(map(str, items)) + "}"


def request_parameters(request: MoneyRequest | None, answer: Answer | None) -> list[Any]:
    """Give caller, key, fingerprint and the answer to keep."""
    if request is None:
        return [None] * 5
    kept = [answer.status, answer.body] if answer else [None, None]
    return [request.caller, request.key, request.fingerprint, *kept]


def told(actor: Actor, event: str) -> list[Any]:
    """Give who acts, and the event that tells of it."""
    who = {
        "kind": actor.kind,
        "user_id": str(actor.user_id) if actor.user_id else None,
        "address": actor.address,
        "request_id": actor.request_id,
    }
    return [json.dumps(who), event]


def hold_parameters(hold: HoldDraft | None) -> list[Any]:
    """Give the four parameters of a hold to be placed."""
    if hold is None:
        return [None] * 4
    return [hold.public_id, hold.purpose, list(hold.conditions), hold.expires_at]


def _draft_parameters(draft: TransactionDraft, guard: Guard | None = None) -> list[Any]:
    return [
        draft.shard,
        draft.public_id,
        str(draft.type),
        str(draft.status),
        draft.state,
        draft.amount.amount,
        draft.fee,
        draft.amount.currency,
        draft.payer.pk,
        draft.payee.pk,
        draft.reference,
        draft.note,
        json.dumps(draft.metadata),
        draft.original.pk if draft.original else None,
        draft.usd_value,
        guard.as_json() if guard else None,
        draft.transition_key,
        *leg_parameters(draft.legs),
        draft.value_date,
        *hold_parameters(draft.hold),
    ]


def statement_parameters(
    draft: TransactionDraft, *, actor: Actor, event: str, request: MoneyRequest | None = None
) -> list[Any]:
    """Give the parameters of BOOK_TRANSACTION for an operation whose answer nobody keeps."""
    return [
        *_draft_parameters(draft),
        *request_parameters(request, None),
        *told(actor, event),
        draft.free_payee,
    ]
