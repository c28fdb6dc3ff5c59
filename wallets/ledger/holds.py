"""The next step of an operation that holds locked money: capture or void."""

from copy import copy
from datetime import date
from typing import Any

from coinhub.core.actor import Actor
from coinhub.core.money import Money
from wallets.ledger.drafts import leg
from wallets.ledger.posting import call, leg_parameters, outcome, request_parameters, told
from wallets.ledger.request import Booked, MoneyRequest
from wallets.models import BalanceType, Hold, Transaction, Wallet

BOOK_STEP = """
SELECT claimed, transaction_id, created_at, used_fingerprint, response_status, response
  FROM book_step_v1(
    %s::smallint, %s::bigint, %s::text, %s::text, %s::text, %s::bigint, %s::smallint, %s::text,
    %s::bigint[], %s::smallint[], %s::text[], %s::numeric[], %s::date,
    %s::uuid, %s::text, %s::bytea, %s::smallint, %s::text, %s::jsonb, %s::text)
"""


def capture(
    hold: Hold,
    *,
    payee: Wallet,
    amount: Money,
    actor: Actor,
    value_date: date | None = None,
    request: MoneyRequest | None = None,
) -> Booked:
    """Pay the payee out of a hold and give what remains back to the payer.

    Atomic: one statement, which is a transaction by itself; inside a transaction it joins it.
    Repeat: the same request gives back the first answer; without a key the hold has ended.
    Writes: Journals with Postings, Hold, status of the Transaction, AuditEvent, OutboxEvent.
    Raises: HoldEnded, HoldTooSmall, MoveNotAllowed, WalletClosed.
    """
    legs = (
        leg(hold.wallet, (-amount).amount, BalanceType.LOCKED),
        leg(payee, amount.amount, BalanceType.AVAILABLE),
    )
    done = Transaction.Status.COMPLETED
    return _step(hold, "captured", done, leg_parameters(legs), value_date, actor, request)


def void(
    hold: Hold,
    *,
    actor: Actor,
    value_date: date | None = None,
    request: MoneyRequest | None = None,
) -> Booked:
    """Give all of a hold back to the payer's available balance.

    Atomic, Repeat, Writes: as ``capture``.
    Raises: HoldEnded, MoveNotAllowed.
    """
    nothing: list[Any] = [[], [], [], []]
    cancelled = Transaction.Status.CANCELLED
    return _step(hold, "voided", cancelled, nothing, value_date, actor, request)


def _step(
    hold: Hold,
    end_state: str,
    status: str,
    legs: list[Any],
    value_date: date | None,
    actor: Actor,
    request: MoneyRequest | None,
) -> Booked:
    transaction = copy(hold.transaction)  # a refusal leaves the caller's row as it was
    transaction.status = status
    transaction.state = str(status).lower()
    answer = request.answer(transaction) if request and request.answer else None
    parameters = [
        transaction.shard,
        transaction.pk,
        str(status),
        transaction.state,
        f"{end_state}:{hold.pk}",
        hold.pk,
        hold.shard,
        end_state,
        *legs,
        value_date,
        *request_parameters(request, answer),
        *told(actor, f"hold.{end_state}"),
    ]
    return outcome(call(BOOK_STEP, parameters), transaction, request)
