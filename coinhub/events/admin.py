"""The audit trail and the outbox in the back office."""

import re
from datetime import timedelta
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from coinhub.core.admin import Link, ReadOnlyAdmin, choice_filter, list_of, page_of
from coinhub.core.ids import as_number, as_uuid
from coinhub.events import checksum, selectors
from coinhub.events.models import AuditEvent, OutboxEvent

ACTORS = ("customer", "staff", "worker", "rail", "system")
PAGES = {
    "transaction": "wallets_transaction",
    "currency": "wallets_currency",
    "integrity_run": "integrity_run",
    "approval": "approvals_approval",
    "person": "users_user",
    "freeze": "wallets_freeze",
    "stop": "wallets_stop",
}
_REQUEST = re.compile(r"[0-9a-f]{24}\Z", re.ASCII)
_ACTION = re.compile(r"[a-z_]+\.[a-z_.]*\Z", re.ASCII)
_PERIODS = {"1": "the last 24 hours", "7": "the last 7 days", "30": "the last 30 days"}


class PeriodFilter(admin.SimpleListFilter):
    """When it happened."""

    title = "period"
    parameter_name = "days"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(_PERIODS.items())

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[AuditEvent]
    ) -> QuerySet[AuditEvent]:
        if self.value() not in _PERIODS:
            return queryset
        since = timezone.now() - timedelta(days=int(self.value() or 0))
        return queryset.filter(occurred_at__gte=since)


class ObjectFilter(admin.SimpleListFilter):
    """What kind of object it happened to; which there are is read off the index."""

    title = "object"
    parameter_name = "object_type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, name.replace("_", " ")) for name in selectors.list_object_types()]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[AuditEvent]
    ) -> QuerySet[AuditEvent]:
        chosen = self.value()
        return queryset.filter(object_type=chosen) if chosen else queryset


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    """Who did what to what, before and after."""

    list_display = ("occurred_at", "who", "action", "object_type", "object_id", "request_id")
    list_filter = (choice_filter("who", "actor_kind", ACTORS), ObjectFilter, PeriodFilter)
    list_select_related = ("actor",)
    search_help_text = (
        "Beginning of an actor's e-mail, id of the request or the object, beginning of an action"
        " (approval.), or words of what was before or after"
    )
    fieldsets: ClassVar[Any] = (
        (None, {"fields": ("id", "occurred_at", "action", "object_type", "object_id")}),
        ("Who", {"fields": ("actor_kind", "actor_page", "address", "request_id")}),
        ("What", {"fields": ("before", "after")}),
        ("Record", {"fields": ("checksum_shown", "agrees", "shard", "xact_id")}),
    )

    @admin.display(description="SHA-256 of all columns")
    def checksum_shown(self, event: AuditEvent) -> str:
        return bytes(event.checksum).hex()

    @admin.display(description="computed again, it agrees", boolean=True)
    def agrees(self, event: AuditEvent) -> bool:
        return checksum.agrees(event.pk)

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
        if _ACTION.match(term):
            return Q(action__startswith=term)
        return Q(request_id=term) if _REQUEST.match(term) else Q(object_id=term)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[AuditEvent], search_term: str
    ) -> tuple[QuerySet[AuditEvent], bool]:
        """Look into what was before and after, too, where the term is no id, action or e-mail."""
        term = search_term.strip()
        named = "@" in term or _ACTION.match(term) or _REQUEST.match(term)
        if not term or named or as_uuid(term) or "\x00" in term:
            return super().get_search_results(request, queryset, term.replace("\x00", ""))
        texts = Concat(
            Cast("before", TextField()), Value(" "), Cast("after", TextField()),
            output_field=TextField(),
        )  # fmt: skip
        found = queryset.alias(words=texts).filter(Q(object_id=term) | Q(words__icontains=term))
        return found, False

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
