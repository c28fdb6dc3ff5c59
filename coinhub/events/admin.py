"""The audit trail and the outbox in the back office."""

import re
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import Q
from django.utils.safestring import SafeString

from coinhub.core.admin import Link, ReadOnlyAdmin, choice_filter, list_of, page_of
from coinhub.core.ids import as_number
from coinhub.events.models import AuditEvent, OutboxEvent

ACTORS = ("customer", "staff", "worker", "rail", "system")
PAGES = {
    "transaction": "wallets_transaction",
    "currency": "wallets_currency",
    "integrity_run": "integrity_run",
}
_REQUEST = re.compile(r"[0-9a-f]{24}\Z", re.ASCII)


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    """Who did what to what, before and after."""

    list_display = ("occurred_at", "who", "action", "object_type", "object_id", "request_id")
    list_filter = (choice_filter("who", "actor_kind", ACTORS),)
    list_select_related = ("actor",)
    search_help_text = "Id of the object, id of the request, or the beginning of an actor's e-mail"
    fieldsets: ClassVar[Any] = (
        (None, {"fields": ("id", "occurred_at", "action", "object_type", "object_id")}),
        ("Who", {"fields": ("actor_kind", "actor_page", "address", "request_id")}),
        ("What", {"fields": ("before", "after")}),
        ("Record", {"fields": ("shard", "xact_id")}),
    )

    @admin.display(description="who")
    def who(self, event: AuditEvent) -> str:
        return str(event.actor or event.actor_kind)

    @admin.display(description="person")
    def actor_page(self, event: AuditEvent) -> SafeString | str:
        return page_of(event.actor)

    def found(self, term: str) -> Q:
        if "@" in term:
            people = get_user_model()._default_manager.filter(email__startswith=term.lower())
            return Q(actor__in=list(people.values_list("pk", flat=True)[:50]))
        return Q(request_id=term) if _REQUEST.match(term) else Q(object_id=term)

    def related(self, obj: AuditEvent) -> list[Link]:
        same = list_of("events_auditevent", "Everything about this object", q=obj.object_id)
        if obj.object_type not in PAGES:
            return [same]
        return [list_of(PAGES[obj.object_type], "The object itself", q=obj.object_id), same]


@admin.register(OutboxEvent)
class OutboxEventAdmin(ReadOnlyAdmin):
    """Facts to tell, and whether they were told."""

    list_display = ("id", "type", "object_id", "created_at", "relayed_at", "attempts")
    list_filter = (("relayed_at", admin.EmptyFieldListFilter),)
    search_help_text = "Number of the event"
    fields = (
        "id",
        "type",
        "object_id",
        "payload",
        "created_at",
        "relayed_at",
        "attempts",
        "shard",
        "xact_id",
    )

    def found(self, term: str) -> Q:
        return Q(pk=as_number(term) or 0)
