"""What the first page of the back office shows of the ledger."""

import decimal
from decimal import Decimal
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from coinhub.core.admin import list_of
from coinhub.core.money import quantize
from kyc.models import Case
from kyc.selectors import cases
from wallets.admin.columns import drawn
from wallets.selectors import office, queues
from wallets.selectors.office import Standing

register = template.Library()


@register.simple_tag
def standings() -> list[dict[str, Any]]:
    """List how each currency stands, as words and as a picture."""
    return [
        {
            "currency": standing.currency.code,
            "customers": drawn(standing.customers, standing.currency),
            "house": drawn(standing.house, standing.currency),
            "income": drawn(standing.income, standing.currency),
            "outside": drawn(standing.outside, standing.currency),
            "gap": drawn(standing.gap, standing.currency),
            "adds_up": standing.gap == 0,
            "picture": picture(standing),
        }
        for standing in office.list_standings()
    ]


@register.simple_tag
def count_open_holds() -> int:
    """Count the holds that are open."""
    return office.count_open_holds()


@register.simple_tag
def count_cases_in_review() -> int:
    """Count the identity cases that wait for a decision."""
    return cases.count_in_review()


@register.simple_tag
def oldest_case() -> Case | None:
    """Give the identity case that has waited longest."""
    return cases.queue().first()


@register.simple_tag(takes_context=True)
def waiting_queues(context: template.Context) -> list[dict[str, Any]]:
    """List what waits for people of operations, as far as the reader may see it."""
    user: Any = context["request"].user
    return [
        {
            "queue": queue,
            "url": list_of(queue.model, "", **queue.where).url,
            "is_grave": queue.model in ("wallets_stop", "wallets_freeze", "wallets_wallet"),
        }
        for queue in queues.list_queues()
        if user.has_perm(queue.model.replace("_", ".view_", 1))
    ]


@register.simple_tag
def count_overdue_freezes() -> int:
    """Count the freezes whose day of review has passed."""
    return queues.count_overdue_freezes()


def picture(standing: Standing) -> SafeString:
    """Draw whose the money outside is; the figures stand beside it."""
    parts = [("customers", standing.customers), ("house", standing.house)]
    parts.append(("income", standing.income))
    bars, start = [], Decimal(0)
    for name, amount in parts:
        width = _percent(amount, standing.outside)
        bars.append((name, start, width))
        start += width
    return format_html(
        '<svg class="office-bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        "{}</svg>",
        format_html_join("", '<rect class="office-{}" x="{}" width="{}" height="8"></rect>', bars),
    )


def _percent(part: Decimal, whole: Decimal) -> Decimal:
    """Give a share for drawing; rounding is fine in a picture."""
    if whole <= 0 or part <= 0:
        return Decimal(0)
    share = decimal.Context(prec=12).divide(part, whole) * 100
    return min(quantize(share, 2), Decimal(100))
