"""What every page of the back office needs: the way to all lists, and tables a phone can show."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import template
from django.template.context import Context
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from coinhub.core.admin import TITLES

register = template.Library()

# By what somebody comes here for; what is not named stands under OTHERS.
GROUPS = (
    ("To do", ("approvals.approval", "wallets.withdrawal", "kyc.case", "wallets.receipt")),
    (
        "Money",
        (
            "wallets.transaction", "wallets.wallet", "wallets.hold",
            "wallets.journal", "wallets.posting",
        ),
    ),
    ("People", ("users.user", "auth.group", "wallets.destination")),
    ("Safety", ("wallets.stop", "wallets.freeze", "integrity.run", "integrity.finding")),
    ("Terms", ("wallets.fee", "wallets.limit", "wallets.currency", "wallets.price")),
    ("Trail", ("events.auditevent", "events.outboxevent", "wallets.idempotencykey")),
)  # fmt: skip
OTHERS = "More"


@dataclass(frozen=True, slots=True)
class Place:
    """One list of the back office, as its reader may see it."""

    name: str
    url: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Lists that belong together."""

    title: str
    places: list[Place]


@register.simple_tag(takes_context=True)
def office_groups(context: Context) -> list[Group]:
    """List what the reader may open, by what it is for."""
    path = context["request"].path
    found = {
        f"{app['app_label']}.{model['object_name'].lower()}": model
        for app in context.get("available_apps") or context.get("app_list") or ()
        for model in app["models"]
        if model["admin_url"]
    }

    def places(labels: Iterable[str]) -> list[Place]:
        return [
            Place(
                _named(label, found[label]),
                found[label]["admin_url"],
                path.startswith(found[label]["admin_url"]),
            )
            for label in labels
            if label in found
        ]

    named = {label for _, labels in GROUPS for label in labels}
    groups = [Group(title, places(labels)) for title, labels in GROUPS]
    groups.append(Group(OTHERS, places(label for label in found if label not in named)))
    return [group for group in groups if group.places]


def _named(label: str, model: dict[str, Any]) -> str:
    return TITLES[label][1] if label in TITLES else str(model["name"])


@register.filter
def with_headings(cells: Sequence[Any], headings: Sequence[Any]) -> list[tuple[Any, Any]]:
    """Give each cell of a row the heading of its column."""
    return list(zip(cells, headings, strict=False))


@register.filter
def with_label(cell: SafeString, heading: str) -> SafeString:
    """Write a heading into a cell that is drawn already; a phone shows it beside the value."""
    html = conditional_escape(cell)
    opening, rest = html[:3], html[3:]
    if opening not in ("<td", "<th"):
        return html
    label = format_html(' data-label="{}"', str(heading)[:1].upper() + str(heading)[1:])
    return mark_safe(opening + label + rest)  # noqa: S308  # both halves are escaped already
