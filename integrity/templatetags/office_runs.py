"""What the first page of the back office shows of integrity."""

from typing import Any

from django import template

from coinhub.users import roles
from integrity.admin import JUDGES, MENDERS
from integrity.models import Run

SHOWN = 4

register = template.Library()


@register.simple_tag
def newest_run() -> Run | None:
    """Give the newest run over the whole ledger."""
    return (
        Run.objects.filter(owner=None, currency="", is_house=False)
        .order_by("-started_at", "-pk")
        .first()
    )


@register.simple_tag
def newest_runs() -> list[Run]:
    """List the newest runs over the whole ledger, whoever asked for them."""
    rows = Run.objects.filter(owner=None, currency="", is_house=False)
    return list(rows.order_by("-started_at", "-pk")[:SHOWN])


@register.simple_tag(takes_context=True)
def may_judge(context: template.Context) -> dict[str, bool]:
    """Say whether the reader may have the ledger checked, and repaired."""
    user: Any = context["request"].user
    return {"check": roles.is_in(user, *JUDGES), "repair": roles.is_in(user, *MENDERS)}
