"""Transactions as one of their two sides sees them."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import F, Prefetch, Q, QuerySet, prefetch_related_objects

from coinhub.core.errors import NotYours
from coinhub.core.money import total
from wallets.models import Hold, HoldCondition, Journal, Posting, Transaction, Wallet
from wallets.selectors.pages import Page, Window, cut

CORRECTIONS = "corrections_seen"  # where those are that the reader may see
ENDED_IN_NOTHING = (Transaction.Status.FAILED, Transaction.Status.CANCELLED)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which transactions are wanted; what is ``None`` does not matter."""

    type: str | None = None
    status: str | None = None
    currency: str | None = None
    begin: datetime | None = None
    end: datetime | None = None
    q: str | None = None

    def condition(self) -> Q:
        """Give the condition on a transaction's own columns."""
        wanted = {
            "type": self.type,
            "status": self.status,
            "created_at__gte": self.begin,
            "created_at__lt": self.end,
        }
        condition = Q(**{name: value for name, value in wanted.items() if value is not None})
        if self.q:
            condition &= Q(note__icontains=self.q) | Q(reference__icontains=self.q)
        return condition


def list_transactions(
    owner_id: UUID,
    window: Window | None = None,
    wanted: Filter | None = None,
    *,
    journals: bool = False,
) -> Page[Transaction]:
    """List a customer's transactions on either side, newest first.

    Each wallet's newest are found by index and merged, so that a long history costs no more.
    """
    window, wanted = window or Window(), wanted or Filter()
    wallets = Wallet.objects.filter(owner_id=owner_id)
    if wanted.currency is not None:
        wallets = wallets.filter(currency_id=wanted.currency)
    ids = _newest_ids(list(wallets.values_list("pk", flat=True)), window, wanted.condition())
    order = "id" if window.after is not None else "-id"
    rows = list(_with_sides().filter(pk__in=ids).order_by(order)) if ids else []
    page = cut(rows, [row.pk for row in rows], window)
    if journals:
        add_journals(page.rows, owner_id)
    return page


def get_transaction(
    owner_id: UUID, public_id: UUID | str, *, journals: bool = False
) -> Transaction:
    """Give one transaction of a customer.

    Raises: NotYours for somebody else's transaction and for one that does not exist, alike.
    """
    mine = Q(payer_wallet__owner_id=owner_id) | Q(payee_wallet__owner_id=owner_id)
    found: Transaction | None = _with_sides().filter(mine, public_id=public_id).first()
    if found is None:
        raise NotYours
    if journals:
        add_journals([found], owner_id)
    return found


def list_open_holds(transaction: Transaction, owner_id: UUID) -> list[Hold]:
    """List what a transaction still holds back on the wallets of one of its sides."""
    holds = (
        Hold.objects.filter(
            transaction=transaction, wallet__owner_id=owner_id, state=Hold.State.OPEN
        )
        .select_related("wallet__currency")
        .prefetch_related(Prefetch("conditions", HoldCondition.objects.order_by("id")))
    )
    return list(holds.order_by("id"))


def add_journals(transactions: list[Transaction], owner_id: UUID) -> None:
    """Load the journals of transactions with the postings on the reader's own wallets.

    What was given back of them is loaded too, as far as it is the reader's.
    """
    mine = Q(payer_wallet__owner_id=owner_id) | Q(payee_wallet__owner_id=owner_id)
    corrections = Transaction.objects.filter(mine).order_by("id")
    postings = Posting.objects.filter(wallet__owner_id=owner_id).select_related("wallet")
    prefetch_related_objects(
        transactions,
        Prefetch("journals", Journal.objects.order_by("id")),
        Prefetch("journals__postings", postings.order_by("id")),
        Prefetch("corrections", corrections, to_attr=CORRECTIONS),
    )


def corrections_of(txn: Transaction) -> list[Transaction]:
    """List the refunds and reversals that were loaded with a transaction, oldest first.

    Those that came to nothing are left out.
    """
    found: list[Transaction] = getattr(txn, CORRECTIONS, [])
    return [row for row in found if row.status not in ENDED_IN_NOTHING]


def _newest_ids(wallet_ids: list[int], window: Window, condition: Q) -> list[int]:
    if not wallet_ids:
        return []
    position = Q()
    if window.after is not None:
        position = Q(pk__gt=window.after)
    elif window.before is not None:
        position = Q(pk__lt=window.before)
    order = "id" if window.after is not None else "-id"
    parts = [
        Transaction.objects.filter(position, condition, **{side: wallet_id})
        .order_by(order)
        .values_list("pk", flat=True)[: window.rows + 1]
        for wallet_id in wallet_ids
        for side in ("payer_wallet_id", "payee_wallet_id")
    ]
    newest = parts[0].union(*parts[1:]).order_by(order)[: window.rows + 1]
    return list(newest)


def _with_sides() -> QuerySet[Transaction, Any]:
    return Transaction.objects.select_related(
        "currency", "payer_wallet__owner", "payee_wallet__owner", "original"
    ).annotate(place=F("withdrawal__destination__label"))


def moved(txn: Transaction) -> Decimal:
    """Add up what a transaction has moved on the reader's wallets.

    An open hold has moved nothing yet, a card payment may have taken less than was authorised.
    The journals are those of ``add_journals``, with the reader's own postings only.
    """
    return total(
        posting.amount for journal in txn.journals.all() for posting in journal.postings.all()
    )
