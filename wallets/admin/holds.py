"""Holds in the back office."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from coinhub.core.admin import Column, ReadOnlyAdmin, Section, choice_filter, page_of, tag
from coinhub.core.ids import as_number, as_uuid
from coinhub.events.looks import LookedAtAdmin
from wallets.admin.columns import conditions_of, money, wallet_page
from wallets.models import Hold
from wallets.selectors import search


@admin.register(Hold)
class HoldAdmin(LookedAtAdmin, ReadOnlyAdmin):
    """Holds: why money is held or locked, until when, and what it waits for."""

    look_owners = ("wallet.owner_id",)
    list_display = (
        "id",
        "whose",
        "purpose",
        "balance_type",
        "left",
        "standing",
        "waits_for",
        "expires_at",
    )
    list_filter = (
        "state",
        "balance_type",
        choice_filter("waits for", "conditions__code", ("kyc",)),
    )
    list_select_related = ("wallet__owner", "transaction")
    search_help_text = "Hold number or id; or a wallet; or id or reference of a transaction"
    fieldsets: ClassVar[Any] = (
        (None, {"fields": ("public_id", "whose", "purpose", "balance_type", "state")}),
        ("Amounts", {"fields": ("whole", "left")}),
        ("When", {"fields": ("created_at", "expires_at", "ended_at")}),
        ("Record", {"fields": ("id", "business", "shard", "xact_id")}),
    )
    whole = money("amount", unit="wallet")
    left = money("remaining", unit="wallet")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Hold]:
        return super().get_queryset(request).prefetch_related("conditions")

    @admin.display(description="wallet")
    def whose(self, hold: Hold) -> SafeString | str:
        return wallet_page(hold.wallet)

    @admin.display(description="state")
    def standing(self, hold: Hold) -> SafeString:
        return tag(hold.state)

    @admin.display(description="transaction")
    def business(self, hold: Hold) -> SafeString | str:
        return page_of(hold.transaction)

    @admin.display(description="conditions")
    def waits_for(self, hold: Hold) -> str:
        return conditions_of(hold) or "–"

    def found(self, term: str) -> Q:
        public_id, number = as_uuid(term), as_number(term)
        if number is not None:
            return Q(pk=number)
        found = Q(wallet__in=search.find_wallets(term))
        found |= Q(transaction__in=search.transaction_ids(term))
        return found | Q(public_id=public_id) if public_id else found

    def sections(self, obj: Hold) -> list[Section]:
        return [
            Section(
                title="Conditions",
                columns=(Column("Condition"), Column("Opened"), Column("Cleared"), Column("Note")),
                rows=[
                    (item.code, item.opened_at, item.cleared_at or "open", item.note or "–")
                    for item in obj.conditions.all()
                ],
                empty="None: it belongs to one operation and ends with it.",
            )
        ]
