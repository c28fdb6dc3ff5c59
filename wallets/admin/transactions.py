"""Transactions in the back office."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Q
from django.utils.safestring import SafeString

from coinhub.core.admin import Column, Link, ReadOnlyAdmin, Section, list_of, page_of
from coinhub.events.looks import LookedAtAdmin
from coinhub.events.models import AuditEvent
from wallets.admin.columns import holds_section, journal_section, money, wallet_page
from wallets.models import Transaction
from wallets.selectors import office, search


@admin.register(Transaction)
class TransactionAdmin(LookedAtAdmin, ReadOnlyAdmin):
    """Transactions, each with its journals, postings, holds and audit events on one page."""

    list_display = (
        "public_id",
        "type",
        "status",
        "sum",
        "payer",
        "payee",
        "reference",
        "created_at",
    )
    list_filter = ("status", "type", ("currency", admin.RelatedFieldListFilter))
    list_select_related = ("currency", "payer_wallet__owner", "payee_wallet__owner")
    search_help_text = "Id or number, exact reference; or a wallet, e-mail or house code of a side"
    fieldsets: ClassVar[Any] = (
        (None, {"fields": ("public_id", "type", "status", "state")}),
        ("Money", {"fields": ("sum", "charge", "payer", "payee")}),
        ("Words", {"fields": ("reference", "note", "metadata")}),
        ("Record", {"fields": ("id", "created_at", "completed_at", "shard", "xact_id")}),
    )
    sum = money("amount")
    charge = money("fee")

    @admin.display(description="payer")
    def payer(self, transaction: Transaction) -> SafeString | str:
        return wallet_page(transaction.payer_wallet)

    @admin.display(description="payee")
    def payee(self, transaction: Transaction) -> SafeString | str:
        return wallet_page(transaction.payee_wallet)

    def found(self, term: str) -> Q:
        return search.find_transactions(term)

    def related(self, obj: Transaction) -> list[Link]:
        return [list_of("wallets_journal", "Its journals", transaction__id__exact=obj.pk)]

    def sections(self, obj: Transaction) -> list[Section]:
        journals = office.journals_of(obj)
        postings = office.postings_of(journals)
        booked = [
            journal_section(journal, [p for p in postings if p.journal_id == journal.pk])
            for journal in journals
        ]
        return [*booked, holds_section(office.holds_of(obj)), _events(office.events_of(obj))]


def _events(events: list[AuditEvent]) -> Section:
    return Section(
        title="Audit events",
        columns=(Column("When"), Column("Who"), Column("What"), Column("Request")),
        rows=[
            (
                event.occurred_at,
                page_of(event.actor) if event.actor else event.actor_kind,
                page_of(event, event.action),
                event.request_id or "–",
            )
            for event in events
        ],
    )
