"""Transactions in the back office: the whole story of each on one page, and what can be done."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from coinhub.core.admin import Link, ReadOnlyAdmin, Section, list_of, short_id, tag
from coinhub.events.deeds import Deed, DeedsAdmin
from wallets.admin import story
from wallets.admin.adjusting import ADJUST
from wallets.admin.columns import (
    holds_section,
    journal_section,
    money,
    plain,
    wallet_page,
)
from wallets.admin.reversing import GIVE_BACK, RETURN, REVERSE
from wallets.models import Transaction
from wallets.selectors import office, queues, search, stories


class StuckFilter(admin.SimpleListFilter):
    """What stands in a state for longer than it may last."""

    title = "stuck"
    parameter_name = "stuck"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("1", "for too long in its state")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() != "1":
            return queryset
        return queryset.filter(pk__in=queues.stuck_payments().values("pk"))


@admin.register(Transaction)
class TransactionAdmin(DeedsAdmin, ReadOnlyAdmin):
    """Transactions: states, journals, holds, proposals, what is related, and the audit trail."""

    deeds: ClassVar[tuple[Deed, ...]] = (REVERSE, GIVE_BACK, RETURN)
    list_deeds: ClassVar[tuple[Deed, ...]] = (ADJUST,)
    look_owners = ("payer_wallet.owner_id", "payee_wallet.owner_id")
    list_display = (
        "created_at",
        "type",
        "sum",
        "payer",
        "payee",
        "standing",
        "reference",
        "short",
    )
    list_filter = ("status", "type", ("currency", admin.RelatedFieldListFilter), StuckFilter)
    list_select_related = ("currency", "payer_wallet__owner", "payee_wallet__owner")
    search_help_text = (
        "Id or number, exact reference; a wallet, e-mail or house code of a side;"
        " or an amount such as 30.00 GBP"
    )
    fieldsets: ClassVar[Any] = (
        (None, {"fields": ("public_id", "type", "status", "standing")}),
        ("Money", {"fields": ("sum", "charge", "payer", "payee", "in_usd")}),
        ("Words", {"fields": ("reference", "note")}),
        (
            "Record",
            {
                "fields": ("id", "created_at", "completed_at", "metadata", "shard", "xact_id"),
                "classes": ("collapse",),
            },
        ),
    )
    sum = money("amount")
    charge = money("fee")

    @admin.display(description="id")
    def short(self, transaction: Transaction) -> SafeString:
        return short_id(transaction.public_id)

    @admin.display(description="state")
    def standing(self, transaction: Transaction) -> SafeString:
        return tag(transaction.state)

    @admin.display(description="payer")
    def payer(self, transaction: Transaction) -> SafeString | str:
        return wallet_page(transaction.payer_wallet)

    @admin.display(description="payee")
    def payee(self, transaction: Transaction) -> SafeString | str:
        return wallet_page(transaction.payee_wallet)

    @admin.display(description="worth in USD when it was asked for")
    def in_usd(self, transaction: Transaction) -> str:
        return story.usd_text(transaction.usd_value)

    def name_of(self, obj: Transaction) -> str:
        state = obj.state.replace("_", " ")
        return f"…{str(obj.public_id)[-8:]}: {obj.type} of {plain(obj.amount, obj)}, {state}"

    def found(self, term: str) -> Q:
        return search.find_transactions(term)

    def related(self, obj: Transaction) -> list[Link]:
        return [
            list_of("wallets_journal", "Its journals", transaction__id__exact=obj.pk),
            list_of("events_auditevent", "Audit trail", q=obj.public_id),
        ]

    def sections(self, obj: Transaction) -> list[Section]:
        journals = office.journals_of(obj)
        postings = office.postings_of(journals)
        events = office.events_of(obj)
        booked = [
            journal_section(journal, [p for p in postings if p.journal_id == journal.pk])
            for journal in journals
        ]
        return [
            story.states(stories.moves_among(events)),
            *booked,
            holds_section(office.holds_of(obj)),
            *story.rails(obj),
            *story.relatives(stories.relatives_of(obj)),
            *story.proposals(stories.approvals_of(obj)),
            story.events(events),
        ]
