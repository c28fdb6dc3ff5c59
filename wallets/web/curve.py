"""The balance over time as a small drawing; the figures stand in the list below it."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.html import format_html
from django.utils.safestring import SafeString

from coinhub.core.money import CONTEXT, quantize

WIDTH, HEIGHT = 600, 72
ENOUGH = 3  # fewer points are no curve


def draw(balances: Sequence[Decimal], described: str) -> SafeString | None:
    """Draw balances, oldest first, as one line with a floor at zero; ``None`` when there are few.

    ``described`` is read out in place of the picture.
    """
    if len(balances) < ENOUGH:
        return None
    top, bottom = max(*balances, Decimal(0)), min(*balances, Decimal(0))
    span = CONTEXT.subtract(top, bottom) or Decimal(1)
    points = [
        f"{_share(Decimal(place), Decimal(len(balances) - 1), WIDTH)},"
        f"{HEIGHT - _share(balance - bottom, span, HEIGHT)}"
        for place, balance in enumerate(balances)
    ]
    drawn = " ".join(points)
    return format_html(
        '<svg class="spark" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img"'
        ' aria-label="{}"><polygon class="spark-area" points="0,{} {} {},{}"></polygon>'
        '<polyline class="spark-line" points="{}"></polyline></svg>',
        WIDTH, HEIGHT, described, HEIGHT, drawn, WIDTH, HEIGHT, drawn,
    )  # fmt: skip


def _share(part: Decimal, whole: Decimal, of: int) -> Decimal:
    """Give a place in the picture; rounding is fine here, it is no amount."""
    free = CONTEXT.copy()
    free.clear_traps()
    return quantize(free.divide(free.multiply(part, Decimal(of)), whole), 1)
