"""Idempotency keys in the back office."""

from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.utils.safestring import SafeString

from coinhub.core.admin import ReadOnlyAdmin, page_of
from coinhub.core.ids import as_uuid
from wallets.models import IdempotencyKey


@admin.register(IdempotencyKey)
class IdempotencyKeyAdmin(ReadOnlyAdmin):
    """Keys that callers used, without what they were answered."""

    list_display = ("key", "caller", "business", "response_status", "created_at")
    list_select_related = ("transaction",)
    search_help_text = "Caller's id, or the exact key"
    fields = ("key", "caller", "business", "response_status", "created_at", "shard", "xact_id")

    @admin.display(description="transaction")
    def business(self, used: IdempotencyKey) -> SafeString | str:
        return page_of(used.transaction)

    def found(self, term: str) -> Q:
        caller = as_uuid(term)
        return Q(caller=caller) | Q(key=term) if caller else Q(key=term)

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).defer("response_body", "fingerprint")
