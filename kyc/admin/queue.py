"""The queue of cases: what waits, since when, until when."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince, timeuntil

from kyc.models import Case
from kyc.models.case import State
from kyc.selectors import cases

WAITING = (State.SUBMITTED, State.IN_REVIEW)


class StateFilter(admin.SimpleListFilter):
    """What waits for staff, unless something else is asked for."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(state.value, state.value.replace("_", " ")) for state in State] + [("all", "all")]

    def choices(self, changelist: Any) -> Any:
        shown = super().choices(changelist)
        yield next(iter(shown)) | {"display": "waiting for us"}
        yield from shown

    def queryset(self, request: HttpRequest, queryset: QuerySet[Case]) -> QuerySet[Case]:
        if self.value() == "all" or (self.value() is None and set(request.GET) - {"p"}):
            return queryset
        if self.value() is None:
            return queryset.filter(state__in=WAITING)
        return queryset.filter(state=self.value())


def waits_since(case: Case) -> str:
    """Say how long a case has waited."""
    if case.submitted_at is None or case.state not in WAITING:
        return "–"
    return timesince(case.submitted_at)


def due(case: Case) -> SafeString | str:
    """Say how long there is for the decision, or by how much it is late."""
    end = cases.due_at(case)
    if end is None:
        return "–"
    if end < timezone.now():
        return format_html('<span class="office-bad">late by {}</span>', timesince(end))
    return f"in {timeuntil(end)}"
