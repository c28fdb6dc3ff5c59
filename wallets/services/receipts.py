"""Receipts: take what a rail tells of arrivals, once, in whatever order it is told."""

import re
from uuid import UUID

from django.db import OperationalError, connection, transaction
from psycopg.errors import LockNotAvailable

from coinhub.core.actor import Actor
from coinhub.core.errors import DomainError, NotYours
from coinhub.core.ids import as_uuid
from coinhub.core.money import Money
from coinhub.users.models import User
from wallets.ledger import idempotency
from wallets.ledger.errors import IdempotencyInProgress
from wallets.ledger.request import Answer, Booked, MoneyRequest
from wallets.models import Hold, Receipt, Transaction
from wallets.policies.limits import AmountOutOfRange
from wallets.rails.base import Arrival, Finality, Rail, ReturnNews
from wallets.rails.configured import rail_named
from wallets.rails.sandbox import NAME as SANDBOX
from wallets.rails.sandbox import notices_of
from wallets.selectors import transactions, wallets
from wallets.selectors.currencies import get_currency, text_of
from wallets.services import deposits, reorganised, routed
from wallets.services.receipt_states import settle_step
from wallets.services.small_receipts import collect

State = Receipt.State
BOUNCE = "bounce "  # begins our own names, of what came back of a payment
_OURS = re.compile(rf"{BOUNCE}[0-9a-f-]{{36}}/\d+\Z")
OPEN = (State.DETECTED, State.DROPPED)  # what was dropped may turn up again


class ReferenceUsed(DomainError):
    """The rail's reference names another arrival; whose, and of what, is not told."""

    code = "EXTERNAL_REF_USED"
    status = 409
    title = "This reference was used for another deposit"
    stored = True


def take_arrival(*, rail: Rail, arrival: Arrival, actor: Actor) -> Receipt:
    """Take one notice of an arrival, and book the arrival when it is final.

    What is too little to credit is kept in suspense, and credited with what else was once together
    it is enough.

    Atomic: opens its own transaction.
    Repeat: any number of notices, in any order, at the same time, are one Receipt and at most one
        Transaction; what was booked stays booked.
    Writes: Receipt, Transaction, Journal with Postings, perhaps Hold and Wallet.
    Raises: CurrencyUnknown, AmountInvalid, ReferenceUsed for another amount or currency.
    """
    money = Money(arrival.amount, arrival.currency)
    money.require_scale(get_currency(arrival.currency).decimals)
    receipt: Receipt = routed.run(lambda: _take(rail, arrival, actor))
    customer = receipt.customer
    if receipt.state == State.BELOW_MINIMUM and customer is not None:
        collect(rail=rail, customer=customer, currency=receipt.currency_id, actor=actor)
        receipt.refresh_from_db()
    return receipt


def take_return(*, rail: Rail, news: ReturnNews, actor: Actor) -> None:
    """Take the news that a deposit went back to its sender, or that it could not.

    Atomic: opens its own transaction.
    Repeat: nothing more happens.
    Writes: Receipt, Journal with Postings, Hold, Transaction.
    Raises: NotYours when there is no such arrival.
    """
    with transaction.atomic(durable=True):
        receipt = _lock(rail.name, news.external_ref)
        txn = receipt.transaction
        if txn is None or txn.state != Transaction.State.RETURN_PENDING:
            return
        hold = Hold.objects.select_related("wallet__owner__kyc_case", "transaction").get(
            transaction=txn, state=Hold.State.OPEN, purpose=deposits.RETURN
        )
        if news.is_done:
            deposits.confirm_return_step(hold=hold, actor=actor)
            receipt.state = State.RETURNED
            receipt.save(update_fields=["state"])
        else:
            deposits.refuse_return_step(hold=hold, actor=actor, reason="the rail refused")


def simulate(
    *, customer_id: UUID, amount: Money, external_ref: str, actor: Actor, request: MoneyRequest
) -> Booked:
    """Let the sandbox rail tell of an arrival for a customer, as its notice would.

    Units:  ``amount`` is positive, in units of its currency.
    Atomic: opens its own transaction.
    Repeat: the same request gives back the first answer. The same reference and amount under
        another key gives the Transaction that is there, as it is now.
    Writes: as ``take_arrival``, and the IdempotencyKey.
    Raises: ReferenceUsed, AmountOutOfRange for less than the rail takes, IdempotencyKeyReused,
        IdempotencyKeyExpired, IdempotencyInProgress.
    """
    rail = rail_named(SANDBOX)
    least = rail.minimum(amount.currency)
    if amount.amount < least:
        raise AmountOutOfRange(min=text_of(Money(least, amount.currency)))
    arrival = Arrival(
        external_ref, str(customer_id), amount.amount, amount.currency, Finality.FINAL
    )
    booked: Booked = routed.run(lambda: _simulate(rail, arrival, actor, request))
    for _ in range(1, notices_of(amount.amount, get_currency(amount.currency).decimals)):
        routed.run(lambda: _take(rail, arrival, actor))
    return booked


def _simulate(rail: Rail, arrival: Arrival, actor: Actor, request: MoneyRequest) -> Booked:
    customer = wallets.get_customer(UUID(arrival.account))
    receipt = _open_unless_busy(rail.name, arrival, customer)
    txn_id = receipt.transaction_id
    if txn_id is None:
        booked = deposits.credit_step(
            receipt=receipt, customer=customer, actor=actor, request=request
        )
        if booked is None:
            raise AmountOutOfRange("nothing would be left of it, or the wallet is closed")
        settle_step(receipt, State.CREDITED, booked.transaction, customer)
        return booked
    if receipt.customer_id != customer.pk:
        raise ReferenceUsed
    kept = idempotency.find(request)
    if kept is None:
        txn = transactions.get_transaction(customer.pk, _public_id(txn_id), journals=True)
        answer = request.answer(txn) if request.answer else None
        if answer is None or idempotency.keep(request, answer):
            return Booked(txn, False, answer)
        kept = idempotency.find(request)
    answer = kept.answer if kept else Answer(409, "")
    return Booked(Transaction.objects.get(pk=txn_id), True, answer)


def _take(rail: Rail, arrival: Arrival, actor: Actor) -> Receipt:
    customer = find_customer(arrival.account)
    receipt = _open(rail.name, arrival, customer)
    if receipt.state not in OPEN:
        if arrival.finality == Finality.DROPPED and receipt.state != State.RETURNED:
            reorganised.report_step(receipt, actor)
        return receipt
    if arrival.finality == Finality.FINAL:
        _book(rail, receipt, customer, actor)
    elif arrival.finality == Finality.DROPPED:
        receipt.state = State.DROPPED
        receipt.save(update_fields=["state"])
    return receipt


def _book(rail: Rail, receipt: Receipt, customer: User | None, actor: Actor) -> None:
    """Credit the customer; what is nobody's, or too little, goes to suspense."""
    if customer is None:
        state = State.UNMATCHED
    elif receipt.amount < rail.minimum(receipt.currency_id):
        state = State.BELOW_MINIMUM
    else:
        booked = deposits.credit_step(receipt=receipt, customer=customer, actor=actor)
        if booked is not None:
            settle_step(receipt, State.CREDITED, booked.transaction, customer)
            return
        state = State.BELOW_MINIMUM
    booked = deposits.suspense_step(receipt=receipt, why=state.value, actor=actor)
    settle_step(receipt, state, booked.transaction, customer)


def _open_unless_busy(rail: str, arrival: Arrival, customer: User) -> Receipt:
    """Open a receipt for a request, which is told instead of kept waiting when another has it.

    The receipt comes before the key, so that only a short wait tells a repeat from the first.

    Raises: IdempotencyInProgress.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '200ms'")
        try:
            receipt = _open(rail, arrival, customer)
        except OperationalError as error:
            if isinstance(error.__cause__, LockNotAvailable):
                raise IdempotencyInProgress("this arrival is being booked") from error
            raise
        cursor.execute("SET LOCAL lock_timeout = DEFAULT")
    return receipt


def _open(rail: str, arrival: Arrival, customer: User | None) -> Receipt:
    """Find or make the one row of an arrival, and hold it until the end of the transaction."""
    if _OURS.match(arrival.external_ref):  # else nothing could come back under that name
        raise ReferenceUsed
    Receipt.objects.bulk_create(
        [
            Receipt(
                rail=rail,
                external_ref=arrival.external_ref,
                account=arrival.account,
                customer=customer,
                amount=arrival.amount,
                currency_id=arrival.currency,
                confirmations=arrival.confirmations,
            )
        ],
        ignore_conflicts=True,
    )
    receipt = _lock(rail, arrival.external_ref)
    if (receipt.amount, receipt.currency_id) != (arrival.amount, arrival.currency):
        raise ReferenceUsed
    if arrival.confirmations > receipt.confirmations:
        receipt.confirmations = arrival.confirmations
        receipt.save(update_fields=["confirmations"])
    return receipt


def _lock(rail: str, external_ref: str) -> Receipt:
    rows = Receipt.objects.select_for_update(no_key=True)
    found = rows.filter(rail=rail, external_ref=external_ref).first()
    if found is None:
        raise NotYours
    return found


def is_bounce(receipt: Receipt) -> bool:
    """Say whether it came back of a payment of ours; the rail knows no arrival of that name."""
    return receipt.external_ref.startswith(BOUNCE)


def find_customer(account: str) -> User | None:
    """Find whose an arrival is: the account it names is the customer's id."""
    found = as_uuid(account)
    try:
        return wallets.get_customer(found) if found else None
    except NotYours:
        return None


def _public_id(txn_id: int) -> UUID:
    found: UUID = Transaction.objects.values_list("public_id", flat=True).get(pk=txn_id)
    return found
