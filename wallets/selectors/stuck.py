"""What has stood longer than it should: docs/states.md says how long each state may last."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import CharField, Exists, OuterRef, QuerySet
from django.db.models.functions import Cast

from coinhub.core.db import ClockTimestamp
from coinhub.events.models import AuditEvent
from wallets.models import Hold, Transaction, Withdrawal

State, Type = Transaction.State, Transaction.Type
REPORTED = "transaction.stuck"


@dataclass(frozen=True, slots=True)
class Longest:
    """How long an operation may stand in a state before somebody is told."""

    type: str
    state: str
    time: timedelta


LONGEST = (
    Longest(Type.WITHDRAWAL, State.COOLING, timedelta(days=8)),
    Longest(Type.WITHDRAWAL, State.PENDING_REVIEW, timedelta(days=8)),
    Longest(Type.WITHDRAWAL, State.APPROVED, timedelta(days=9)),
    Longest(Type.WITHDRAWAL, State.PROCESSING, timedelta(days=9)),
    Longest(Type.WITHDRAWAL, State.UNKNOWN, timedelta(days=9)),
    Longest(Type.WITHDRAWAL, State.SENT, timedelta(days=9)),
    Longest(Type.DEPOSIT, State.HELD, timedelta(days=30)),
    Longest(Type.DEPOSIT, State.RETURN_PENDING, timedelta(days=33)),
    Longest(Type.TRANSFER, State.HELD, timedelta(days=31)),
    Longest(Type.TRANSFER, State.PENDING_REVIEW, timedelta(days=3)),
    Longest(Type.REFUND, State.HELD, timedelta(days=30)),
    Longest(Type.REVERSAL, State.PENDING_APPROVAL, timedelta(days=2)),
    Longest(Type.REVERSAL, State.HELD, timedelta(days=30)),
    Longest(Type.ADJUSTMENT, State.HELD, timedelta(days=30)),
    Longest(Type.HOLD, State.HELD, timedelta(days=30)),
)
OVERDUE = timedelta(minutes=15)  # the worker looks every minute at the latest
DUE_STATES = (State.COOLING, State.PENDING_REVIEW, State.PROCESSING, State.UNKNOWN, State.SENT)


def list_too_old(longest: Longest) -> QuerySet[Transaction]:
    """List what has been open longer than its state may last and was not reported yet."""
    rows = Transaction.objects.filter(
        type=longest.type,
        state=longest.state,
        status__in=[Transaction.Status.PENDING, Transaction.Status.HELD],
        created_at__lt=ClockTimestamp() - longest.time,
    )
    return _unreported(rows).order_by("id")


def list_overdue() -> QuerySet[Transaction]:
    """List withdrawals that the worker should have looked at, and has not: it may not be running.

    What is approved and not sent may be stopped or frozen, so it is not among them.
    """
    late = Withdrawal.objects.filter(
        transaction_id=OuterRef("pk"), next_at__lt=ClockTimestamp() - OVERDUE
    )
    rows = Transaction.objects.filter(
        Exists(late), type=Type.WITHDRAWAL, state__in=DUE_STATES, status=Transaction.Status.PENDING
    )
    return _unreported(rows).order_by("id")


def list_expired_holds() -> QuerySet[Hold]:
    """List holds in locked whose time is over."""
    return (
        Hold.objects.select_related("wallet", "transaction")
        .filter(state=Hold.State.OPEN, balance_type="locked", expires_at__lte=ClockTimestamp())
        .filter(transaction__type=Type.HOLD, transaction__state=State.AUTHORISED)
    )


def _unreported(rows: QuerySet[Transaction]) -> QuerySet[Transaction]:
    told = AuditEvent.objects.filter(action=REPORTED, object_type="transaction")
    named = rows.annotate(name=Cast("public_id", CharField()))
    return named.filter(~Exists(told.filter(object_id=OuterRef("name"))))
