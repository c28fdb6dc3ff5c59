"""What the back office shows beside a row, and how the house stands."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import F, Max, Q, Sum

from coinhub.core.money import CONTEXT, total
from coinhub.events.models import AuditEvent
from wallets.ledger import chart
from wallets.models import Currency, Hold, Journal, Posting, Transaction, Wallet
from wallets.selectors import folded
from wallets.selectors.pages import Page, Window, cut

JOURNALS = 50
POSTINGS = 500
NEWEST = 20


@dataclass(frozen=True, slots=True)
class Standing:
    """How one currency stands: what is owed to whom, against what is held outside.

    Units:  in units of the currency; ``outside`` is positive when something is held there, and
        ``gap`` is what does not add up: zero, always.
    """

    currency: Currency
    customers: Decimal
    house: Decimal
    income: Decimal
    outside: Decimal
    gap: Decimal


def journals_of(transaction: Transaction) -> list[Journal]:
    """List the journals of a transaction in the order they were booked."""
    return list(Journal.objects.filter(transaction=transaction).order_by("pk")[:JOURNALS])


def postings_of(journals: list[Journal]) -> list[Posting]:
    """List the postings of journals with their wallets, in the order they were booked."""
    found = Posting.objects.filter(journal__in=[journal.pk for journal in journals])
    return list(found.select_related("wallet__owner").order_by("pk")[:POSTINGS])


def newest_postings(wallet: Wallet) -> list[Posting]:
    """List the newest postings of a wallet with their journals."""
    return folded.newest_postings(wallet, NEWEST)


def holds_of(transaction: Transaction) -> list[Hold]:
    """List the holds of a transaction with wallet and conditions."""
    found = Hold.objects.filter(transaction=transaction).select_related("wallet__owner")
    return list(found.prefetch_related("conditions").order_by("pk")[:JOURNALS])


def open_holds_of(wallet: Wallet) -> list[Hold]:
    """List the open holds of a wallet with their conditions."""
    found = Hold.objects.filter(wallet=wallet, shard=wallet.shard, state=Hold.State.OPEN)
    return list(found.prefetch_related("conditions").order_by("pk")[:JOURNALS])


def events_of(transaction: Transaction) -> list[AuditEvent]:
    """List what was recorded about a transaction, oldest first; who looked at it is not of it."""
    found = AuditEvent.objects.filter(
        object_type="transaction", object_id=str(transaction.public_id)
    ).exclude(action="transaction.looked_at")
    return list(found.select_related("actor").order_by("pk")[:JOURNALS])


def list_wallets(
    window: Window, *, owner_id: UUID | None = None, currency: str | None = None
) -> Page[Wallet]:
    """List the wallets of customers, newest first, all of them or those of one."""
    rows = Wallet.objects.filter(code__isnull=True).select_related("currency")
    if owner_id is not None:
        rows = rows.filter(owner_id=owner_id)
    if currency is not None:
        rows = rows.filter(currency_id=currency)
    if window.after is not None:
        rows = rows.filter(pk__gt=window.after).order_by("pk")
    else:
        before = {} if window.before is None else {"pk__lt": window.before}
        rows = rows.filter(**before).order_by("-pk")
    found = list(rows[: window.rows + 1])
    return cut(found, [row.pk for row in found], window)


def count_open_holds() -> int:
    """Count the holds that are open."""
    return Hold.objects.filter(state=Hold.State.OPEN).count()


def list_standings() -> list[Standing]:
    """Show for each currency in use what is owed and what is held outside, from the wallet rows.

    The rows of folded wallets are counted with what is not folded yet, in the same statement.
    """
    sums = {row["currency_id"]: row for row in _sums()}
    return [
        _standing(currency, sums[currency.pk])
        for currency in Currency.objects.order_by("position", "code")
        if currency.pk in sums
    ]


def _sums() -> Iterable[Mapping[str, Any]]:
    everything = F("total") + F("invested") + F("unfolded")
    outside, income = Q(code=chart.SETTLEMENT), Q(code__startswith="R.")
    return (
        folded.with_unfolded(Wallet.objects.all())
        .values("currency_id")
        .annotate(
            customers=Sum(everything, filter=Q(code__isnull=True)),
            house=Sum(everything, filter=Q(code__isnull=False) & ~outside & ~income),
            income=Sum(everything, filter=income),
            settlement=Sum(everything, filter=outside),
            used=Max("version"),
        )
        .filter(used__gt=0)
    )


def _standing(currency: Currency, sums: Mapping[str, Any]) -> Standing:
    names = ("customers", "house", "income", "settlement")
    customers, house, income, settlement = (sums[name] or Decimal(0) for name in names)
    outside = CONTEXT.minus(settlement)
    gap = total([customers, house, income, settlement])
    return Standing(currency, customers, house, income, outside, gap)
