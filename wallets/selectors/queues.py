"""What waits for staff: how much of it, and since when."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from coinhub.core.db import ClockTimestamp
from wallets.models import Freeze, Receipt, Stop, Transaction, Wallet
from wallets.selectors import reviews, stuck

COUNTED = 1_000  # beyond that it does not matter how many more there are
UNOWNED = (Receipt.State.UNMATCHED, Receipt.State.BELOW_MINIMUM)


@dataclass(frozen=True, slots=True)
class Queue:
    """One queue; ``since`` is when its oldest entry began to wait.

    ``model`` and ``where`` name the list in the back office that shows it.
    """

    title: str
    count: int
    since: datetime | None
    model: str
    where: dict[str, Any]

    @property
    def is_long(self) -> bool:
        """Say whether there are more than were counted."""
        return self.count >= COUNTED


def list_queues() -> list[Queue]:
    """List what waits for people of operations."""
    none_lifted = {"lifted_at__isempty": "1"}
    frozen = Wallet.objects.filter(status=Wallet.Status.FROZEN, code__isnull=True)
    return [
        _queue("Withdrawals to review", reviews.waiting(), "created_at", "wallets_withdrawal", {}),
        _queue(
            "Stuck payments", stuck_payments(), "created_at", "wallets_transaction", {"stuck": "1"}
        ),
        _queue(
            "Receipts in suspense",
            Receipt.objects.filter(state__in=UNOWNED),
            "created_at",
            "wallets_receipt",
            {"state": Receipt.State.UNMATCHED},
        ),
        _queue(
            "Frozen customers",
            Freeze.objects.filter(lifted_at__isnull=True),
            "frozen_at",
            "wallets_freeze",
            none_lifted,
        ),
        _queue("Frozen wallets", frozen, "", "wallets_wallet", {"status__exact": "frozen"}),
        _queue(
            "Stops engaged",
            Stop.objects.filter(lifted_at__isnull=True),
            "engaged_at",
            "wallets_stop",
            none_lifted,
        ),
    ]


def count_overdue_freezes() -> int:
    """Count the freezes that somebody should have looked at again by now."""
    return Freeze.objects.filter(lifted_at__isnull=True, review_on__lt=ClockTimestamp()).count()


def stuck_payments() -> QuerySet[Transaction]:
    """List the operations that stand in a state for longer than it may last."""
    late = Q()
    for longest in stuck.LONGEST:
        late |= Q(
            type=longest.type,
            state=longest.state,
            created_at__lt=ClockTimestamp() - longest.time,
        )
    is_open = Q(status__in=[Transaction.Status.PENDING, Transaction.Status.HELD])
    return Transaction.objects.filter(is_open, late)


def _queue(title: str, rows: QuerySet[Any], since: str, model: str, where: dict[str, Any]) -> Queue:
    count = rows[:COUNTED].count()
    oldest = None
    if count and since:
        oldest = rows.order_by(since).values_list(since, flat=True).first()
    return Queue(title, count, oldest, model, where)
