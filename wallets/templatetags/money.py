"""How pages write money: never the raw 18 decimals of a column, never rounded."""

from decimal import Decimal
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from coinhub.core.money import CONTEXT, amount_text, quantize, total

register = template.Library()

THIN = "\u202f"  # narrow no-break space: groups of three never break apart
SPACE = "\u00a0"
MINUS = "\u2212"
SHOWN = 8  # zeros at the end beyond this many decimals say nothing and are left out


def unit_of(owner: Any) -> tuple[str, int]:
    """Give code and decimals of a currency, or of what has one (a wallet, a transaction)."""
    if hasattr(owner, "decimals"):
        return str(getattr(owner, "currency_id", None) or owner.code), int(owner.decimals)
    return unit_of(owner.currency)


def grouped(amount: Decimal, decimals: int) -> str:
    """Write an amount without its sign, with the currency's decimals and thin grouping.

    Units:  in units of the currency; nothing is rounded.
    Raises: AmountInvalid when the amount has more decimals than the currency.
    """
    whole, point, fraction = amount_text(amount, decimals).removeprefix("-").partition(".")
    if decimals > SHOWN:
        fraction = fraction[:SHOWN] + fraction[SHOWN:].rstrip("0")
    return f"{int(whole):,}".replace(",", THIN) + point + fraction


@register.filter
def money(amount: Decimal, owner: Any) -> str:
    """Write an amount as plain text: ``1 234.50 GBP``."""
    code, decimals = unit_of(owner)
    sign = MINUS if amount < 0 else ""
    return f"{sign}{grouped(amount, decimals)}{SPACE}{code}"


@register.simple_tag
def amount(value: Decimal, owner: Any) -> SafeString:
    """Draw an amount with a quieter currency code; a negative one has its sign."""
    code, decimals = unit_of(owner)
    return _drawn(MINUS if value < 0 else "", grouped(value, decimals), code)


@register.simple_tag
def signed(value: Decimal, owner: Any) -> SafeString:
    """Draw a movement: always with its sign, so that colour is never the only difference."""
    code, decimals = unit_of(owner)
    return _drawn("+" if value > 0 else MINUS, grouped(value, decimals), code)


def _drawn(sign: str, number: str, code: str) -> SafeString:
    return format_html(
        '<span class="amount">{}{}{}<span class="amount-code">{}</span></span>',
        sign,
        number,
        SPACE,
        code,
    )


@register.simple_tag
def split(wallet: Any) -> SafeString:
    """Draw which part of a wallet is available, held and locked; the figures stand beside it."""
    parts = [
        (name, max(getattr(wallet, name), Decimal(0))) for name in ("available", "held", "locked")
    ]
    whole = total(part for _, part in parts)
    rects, start = [], Decimal(0)
    for name, part in parts:
        width = _percent(part, whole)
        rects.append((name, start, width))
        start += width
    return format_html(
        '<svg class="split" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">'
        "{}</svg>",
        format_html_join("", '<rect class="split-{}" x="{}" width="{}" height="4"></rect>', rects),
    )


def _percent(part: Decimal, whole: Decimal) -> Decimal:
    """Give a share for drawing, in percent with two decimals; rounding is fine in a picture."""
    if not whole:
        return Decimal(0)
    share = CONTEXT.copy()
    share.clear_traps()
    return quantize(share.divide(part, whole) * 100, 2)
