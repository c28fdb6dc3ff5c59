"""Identity cases in the back office; deciding them comes with the review."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Q
from django.utils.safestring import SafeString

from coinhub.core.admin import ReadOnlyAdmin, page_of
from kyc.models import Case


@admin.register(Case)
class CaseAdmin(ReadOnlyAdmin):
    """Cases of customers and where they stand."""

    list_display = ("customer_shown", "status", "tier", "created_at", "decided_at")
    list_filter = ("status", "tier")
    list_select_related = ("customer",)
    search_help_text = "The beginning of the customer's e-mail"
    fields: ClassVar[Any] = ("customer_page", "status", "tier", "created_at", "decided_at")

    @admin.display(description="customer")
    def customer_shown(self, case: Case) -> str:
        return str(case.customer)

    @admin.display(description="customer")
    def customer_page(self, case: Case) -> SafeString | str:
        return page_of(case.customer)

    def found(self, term: str) -> Q:
        return Q(customer__email__startswith=term.lower())
