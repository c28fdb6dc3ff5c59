"""Receipts in the back office: what rails told of money that came in, and what nobody owns yet."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Q
from django.utils.safestring import SafeString

from coinhub.core.admin import ReadOnlyAdmin, choice_filter, page_of, tag
from coinhub.core.ids import as_uuid
from coinhub.events.looks import LookedAtAdmin
from wallets.admin.columns import money
from wallets.models import Receipt


@admin.register(Receipt)
class ReceiptAdmin(LookedAtAdmin, ReadOnlyAdmin):
    """Arrivals at rails; the unmatched ones wait in suspense for their owner."""

    look_owners = ("customer_id",)
    list_display = ("external_ref", "rail", "sum", "standing", "whose", "created_at")
    list_filter = (choice_filter("state", "state", Receipt.State.values),)
    list_select_related = ("customer", "currency", "transaction")
    search_help_text = "The rail's reference, or e-mail or id of the customer"
    fieldsets: ClassVar[Any] = (
        (None, {"fields": ("rail", "external_ref", "state", "sum", "confirmations")}),
        ("Whose", {"fields": ("whose", "account", "business")}),
        ("When", {"fields": ("created_at", "settled_at")}),
    )
    sum = money("amount")

    @admin.display(description="state")
    def standing(self, receipt: Receipt) -> SafeString:
        return tag(receipt.state)

    @admin.display(description="customer")
    def whose(self, row: Receipt) -> SafeString | str:
        return page_of(row.customer)

    @admin.display(description="transaction")
    def business(self, row: Receipt) -> SafeString | str:
        return page_of(row.transaction)

    def found(self, term: str) -> Q:
        key = as_uuid(term)
        found = Q(external_ref=term) | Q(customer__email__startswith=term.lower())
        return found | Q(customer=key) if key else found
