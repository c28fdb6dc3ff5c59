"""Withdrawals: those of a customer, and those that the worker has something to do with."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from coinhub.core.db import ClockTimestamp
from coinhub.core.errors import NotYours
from coinhub.core.ids import shard_of
from wallets.models import Freeze, Stop, Transaction, Wallet, Withdrawal, WithdrawalAttempt
from wallets.selectors.transactions import add_journals

DAY = timedelta(hours=24)
State = Transaction.State
# What the tracker looks at when it is due; of the ended ones those that were handed to a rail.
WATCHED = (
    State.PROCESSING, State.UNKNOWN, State.SENT, State.COMPLETED, State.CANCELLED, State.REJECTED,
    State.FAILED,
)  # fmt: skip


def get_withdrawal(owner_id: UUID, public_id: UUID) -> Withdrawal:
    """Give a customer's withdrawal.

    Raises: NotYours for somebody else's, for what is none and for what does not exist, alike.
    """
    mine = _with_all().filter(transaction__payer_wallet__owner_id=owner_id)
    found = mine.filter(transaction__public_id=public_id).first()
    if found is None:
        raise NotYours
    return found


def find_withdrawal(txn: Transaction) -> Withdrawal | None:
    """Give how the money of a transaction leaves; one that was only booked has nothing more."""
    return _with_all().filter(transaction_id=txn.pk).first()


def list_open(owner_id: UUID, most: int) -> list[Withdrawal]:
    """List what of a customer's is under way, newest first, with the journals of each."""
    mine = _with_all().filter(transaction__payer_wallet__owner_id=owner_id)
    open_ones = mine.filter(transaction__status=Transaction.Status.PENDING)
    rows = list(open_ones.order_by("-id")[:most])
    add_journals([row.transaction for row in rows], owner_id)
    return rows


def has_withdrawn(owner_id: UUID) -> bool:
    """Say whether money of a customer has ever left."""
    return _payments_of(owner_id).filter(status=Transaction.Status.COMPLETED).exists()


def used_of_the_day(owner_id: UUID, besides: int | None = None) -> Decimal:
    """Add up what a customer has withdrawn within 24 hours, in US dollars, besides one of them."""
    since = ClockTimestamp() - DAY
    rows = _payments_of(owner_id).filter(usd_value__isnull=False, created_at__gt=since)
    counted = rows.exclude(status__in=[Transaction.Status.FAILED, Transaction.Status.CANCELLED])
    used: Decimal | None = counted.exclude(pk=besides or 0).aggregate(sum=Sum("usd_value"))["sum"]
    return used or Decimal(0)


def due_in(*states: str) -> QuerySet[Withdrawal]:
    """List what is due in these states, the longest overdue first."""
    rows = Withdrawal.objects.filter(next_at__lte=ClockTimestamp(), transaction__state__in=states)
    return rows.order_by("next_at", "id")


def may_be_sent() -> QuerySet[Withdrawal]:
    """List what may be handed to a rail now: approved, due, neither stopped nor frozen.

    The booking function asks for stops again, in the transaction that claims.
    """
    engaged = Stop.objects.filter(lifted_at__isnull=True)
    whole = Q(scope=Stop.Scope.ALL) | Q(scope=Stop.Scope.OPERATION, value="withdrawal")
    if engaged.filter(whole).exists():
        return Withdrawal.objects.none()
    stopped = engaged.filter(scope=Stop.Scope.CURRENCY).values("value")
    frozen = Freeze.objects.filter(
        customer=OuterRef("transaction__payer_wallet__owner"),
        lifted_at__isnull=True,
        kind__in=[Freeze.Kind.DEBIT, Freeze.Kind.FULL],
    )
    rows = due_in(State.APPROVED).exclude(transaction__currency_id__in=stopped)
    return rows.filter(~Exists(frozen), transaction__payer_wallet__status=Wallet.Status.ACTIVE)


def newest_attempt(withdrawal: Withdrawal) -> WithdrawalAttempt | None:
    """Give the last try to have it paid."""
    return withdrawal.attempts.order_by("-number").first()


def find_attempt(rail: str, reference: str) -> WithdrawalAttempt:
    """Give the attempt that a rail names.

    Raises: NotYours when the rail was never given this reference.
    """
    rows = WithdrawalAttempt.objects.select_related("withdrawal")
    found = rows.filter(withdrawal__rail=rail, reference=reference).first()
    if found is None:
        raise NotYours
    return found


def _payments_of(owner_id: UUID) -> QuerySet[Transaction]:
    return Transaction.objects.filter(
        payer_wallet__owner_id=owner_id,
        payer_wallet__shard=shard_of(owner_id),
        type=Transaction.Type.WITHDRAWAL,
    )


def _with_all() -> QuerySet[Withdrawal]:
    return Withdrawal.objects.select_related(
        "transaction__currency",
        "transaction__payer_wallet__owner",
        "transaction__payee_wallet",
        "destination",
    )
