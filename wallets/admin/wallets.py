"""Wallets in the back office."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from coinhub.core.admin import Column, Link, ReadOnlyAdmin, Section, list_of, page_of, tag
from coinhub.core.money import CONTEXT
from coinhub.core.requests import actor_of
from coinhub.events.deeds import Deed, DeedsAdmin, Done
from wallets.admin.columns import (
    blank,
    credit_of,
    debit_of,
    drawn,
    holds_section,
    money,
    owner_of,
)
from wallets.admin.reversing import PROPOSED, ReasonForm, page_of_proposal
from wallets.models import Posting, Wallet
from wallets.selectors import folded, office, search
from wallets.services import frozen_wallets


class WhoseFilter(admin.SimpleListFilter):
    """Customers' wallets or the house's."""

    title = "whose"
    parameter_name = "whose"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("customers", "customers"), ("house", "the house")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Wallet]) -> QuerySet[Wallet]:
        if self.value() is None:
            return queryset
        return queryset.filter(code__isnull=self.value() == "customers")


def _is_frozen(wallet: Wallet) -> bool:
    return wallet.status == Wallet.Status.FROZEN


def _propose_thaw(wallet: Wallet, form: Any, request: HttpRequest) -> Done:
    found = frozen_wallets.propose_thaw(
        wallet_id=wallet.public_id,
        reason=form.cleaned_data["reason"],
        maker=request.user,  # type: ignore[arg-type]  # staff are people
        actor=actor_of(request),
    )
    return Done(PROPOSED, page_of_proposal(found))


@admin.register(Wallet)
class WalletAdmin(DeedsAdmin, ReadOnlyAdmin):
    """Wallets with their balances; from here to their postings, holds and transactions."""

    deeds: ClassVar[tuple[Deed, ...]] = (
        Deed(
            verb="thaw",
            title="Let it pay again",
            words="You propose, somebody else approves. A check found this wallet wrong: see why.",
            button="Propose it",
            permission="approvals.propose_thaw_wallet",
            form=ReasonForm,
            fits=_is_frozen,
            do=_propose_thaw,
        ),
    )
    look_owners = ("owner_id",)
    list_display = ("whose", "free", "on_hold", "reserved", "sum", "state")
    list_filter = (WhoseFilter, "status", ("currency", admin.RelatedFieldListFilter))
    list_select_related = ("owner",)
    search_help_text = "Wallet number or id, owner's e-mail, reference or id, house code"
    fieldsets: ClassVar[Any] = (
        (None, {"fields": ("public_id", "whose_page", "currency", "status", "is_primary")}),
        ("Balances", {"fields": ("free", "on_hold", "reserved", "term", "sum", "lowest")}),
        ("Record", {"fields": ("id", "version", "folded_through", "shard", "opened_at")}),
    )
    on_hold = money("held")
    reserved = money("locked")
    term = money("invested")
    lowest = money("floor", "floor of available")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Wallet]:
        return folded.with_unfolded(super().get_queryset(request))

    @admin.display(description="available")
    def free(self, wallet: Any) -> SafeString | str:
        return drawn(CONTEXT.add(wallet.available, wallet.unfolded), wallet)

    @admin.display(description="total (available, held and locked)")
    def sum(self, wallet: Any) -> SafeString | str:
        return drawn(CONTEXT.add(wallet.total, wallet.unfolded), wallet)

    @admin.display(description="wallet of")
    def whose(self, wallet: Wallet) -> str:
        return f"{owner_of(wallet)} {wallet.currency_id}"

    @admin.display(description="wallet of")
    def whose_page(self, wallet: Wallet) -> SafeString | str:
        return wallet.code or page_of(wallet.owner)

    @admin.display(description="status")
    def state(self, wallet: Wallet) -> SafeString:
        primary = " primary" if wallet.is_primary else ""
        return format_html("{}{}", tag(wallet.status), primary)

    def name_of(self, obj: Wallet) -> str:
        return f"of {owner_of(obj)} in {obj.currency_id}"

    def found(self, term: str) -> Q:
        return Q(pk__in=search.find_wallets(term))

    def related(self, obj: Wallet) -> list[Link]:
        return [
            list_of("wallets_posting", "All postings", wallet__id__exact=obj.pk),
            list_of("wallets_hold", "All holds", wallet__id__exact=obj.pk),
            list_of("wallets_transaction", "Transactions", q=obj.public_id),
        ]

    def sections(self, obj: Wallet) -> list[Section]:
        newest = _statement(obj, office.newest_postings(obj))
        holds = office.open_holds_of(obj)
        for hold in holds:
            hold.wallet = obj
        return [holds_section(holds, "Open holds"), newest]


def _statement(wallet: Wallet, postings: Sequence[Posting]) -> Section:
    return Section(
        title="Newest postings",
        columns=(
            Column("No."),
            Column("Journal"),
            Column("Booked"),
            Column("Counts from"),
            Column("Balance"),
            Column("Debit", is_number=True),
            Column("Credit", is_number=True),
            Column("Balance after", is_number=True),
        ),
        rows=[
            (
                page_of(posting, posting.seq or posting.pk),
                page_of(posting.journal, f"{posting.journal_id} {posting.journal.kind}"),
                posting.journal.booked_at,
                posting.journal.value_date,
                posting.balance_type,
                blank(debit_of(posting), wallet),
                blank(credit_of(posting), wallet),
                drawn(posting.balance_after, wallet),
            )
            for posting in postings
        ],
        more=list_of("wallets_posting", "All postings", wallet__id__exact=wallet.pk),
    )
