"""Address books in the back office: by their ends, never opened."""

from typing import ClassVar

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from coinhub.core.admin import ReadOnlyAdmin
from coinhub.core.ids import as_uuid
from coinhub.events.looks import LookedAtAdmin
from wallets.models import Destination
from wallets.selectors import destinations


@admin.register(Destination)
class DestinationAdmin(LookedAtAdmin, ReadOnlyAdmin):
    """Where customers may withdraw to; a look at one is recorded."""

    look_owners = ("customer_id",)
    list_display = ("label", "customer", "currency", "network", "masked", "standing", "active_from")
    list_filter: ClassVar[tuple[str, ...]] = ("network", "currency")
    list_select_related = ("customer", "currency")
    search_help_text = "Id of the entry, or e-mail or id of its customer"
    fields = (
        "public_id",
        "customer",
        "label",
        "currency",
        "network",
        "masked",
        "is_own",
        "standing",
        "created_at",
        "active_from",
        "archived_at",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Destination]:
        return destinations.with_status().order_by("-pk")

    @admin.display(description="status")
    def standing(self, row: Destination) -> str:
        return row.status

    def found(self, term: str) -> Q:
        found = Q(customer__email__istartswith=term)
        public_id = as_uuid(term)
        return found | Q(public_id=public_id) | Q(customer=public_id) if public_id else found
