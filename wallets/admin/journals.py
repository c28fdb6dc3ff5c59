"""Journals and postings in the back office."""

from collections.abc import Iterator
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from coinhub.core.admin import Link, ReadOnlyAdmin, Section, choice_filter, list_of, page_of
from coinhub.core.ids import as_number
from coinhub.events.looks import LookedAtAdmin
from wallets.admin.columns import (
    blank,
    credit_of,
    debit_of,
    drawn,
    journal_section,
    money,
    totals_of,
    wallet_page,
)
from wallets.models import BalanceType, Journal, Posting, Transaction
from wallets.selectors import office, search

KINDS = (*Transaction.Type.values, "capture", "void", "release")


@admin.register(Journal)
class JournalAdmin(LookedAtAdmin, ReadOnlyAdmin):
    """Journals, each as debit and credit."""

    list_display = ("id", "kind", "amounts", "business", "booked_at", "value_date")
    list_filter = (choice_filter("kind", "kind", KINDS),)
    search_help_text = "Journal number; or id or reference of a transaction; or a wallet"
    list_select_related = ("transaction",)
    fieldsets: ClassVar[Any] = (
        (None, {"fields": ("id", "kind", "business", "transition_key")}),
        ("When", {"fields": ("booked_at", "value_date")}),
        ("Record", {"fields": ("shard", "xact_id", "metadata")}),
    )

    def owners_of(self, row: Journal) -> Iterator[UUID | None]:
        """Give the customers whose wallets it moved."""
        return (posting.wallet.owner_id for posting in row.postings.all())

    def get_queryset(self, request: HttpRequest) -> QuerySet[Journal]:
        return super().get_queryset(request).prefetch_related("postings__wallet")

    @admin.display(description="debit = credit")
    def amounts(self, journal: Journal) -> SafeString | str:
        totals = totals_of(list(journal.postings.all()))
        if len(totals) != 1:
            return f"{len(totals)} currencies"
        wallet, debit, _ = totals[0]
        return drawn(debit, wallet)

    @admin.display(description="transaction")
    def business(self, journal: Journal) -> SafeString | str:
        return page_of(journal.transaction)

    def found(self, term: str) -> Q:
        found = Q(transaction__in=search.transaction_ids(term))
        number = as_number(term)
        return Q(pk=number) if number is not None else found

    def related(self, obj: Journal) -> list[Link]:
        return [list_of("wallets_posting", "Its postings", journal__id__exact=obj.pk)]

    def sections(self, obj: Journal) -> list[Section]:
        return [journal_section(obj, office.postings_of([obj]), "Postings")]


@admin.register(Posting)
class PostingAdmin(LookedAtAdmin, ReadOnlyAdmin):
    """Postings, the lines of journals."""

    look_owners = ("wallet.owner_id",)
    list_display = ("id", "whose", "balance_type", "debit", "credit", "after", "seq", "record")
    list_filter = (choice_filter("balance", "balance_type", BalanceType.values),)
    list_select_related = ("wallet__owner", "journal")
    search_help_text = "Posting number; or id or reference of a transaction; or a wallet"
    fieldsets: ClassVar[Any] = (
        (None, {"fields": ("id", "whose", "balance_type", "debit", "credit", "after")}),
        ("Record", {"fields": ("record", "seq", "shard")}),
    )
    after = money("balance_after", "balance after", unit="wallet")

    @admin.display(description="wallet")
    def whose(self, posting: Posting) -> SafeString | str:
        return wallet_page(posting.wallet)

    @admin.display(description="debit")
    def debit(self, posting: Posting) -> SafeString | str:
        return blank(debit_of(posting), posting.wallet)

    @admin.display(description="credit")
    def credit(self, posting: Posting) -> SafeString | str:
        return blank(credit_of(posting), posting.wallet)

    @admin.display(description="journal")
    def record(self, posting: Posting) -> SafeString | str:
        return page_of(posting.journal)

    def found(self, term: str) -> Q:
        number = as_number(term)
        if number is not None:
            return Q(pk=number)
        wallets = search.find_wallets(term)
        if wallets:
            return Q(wallet__in=wallets)
        return Q(journal__transaction__in=search.transaction_ids(term))
