"""What all wallets of a customer are worth together, as a figure and as a picture."""

import decimal
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from coinhub.core.money import quantize, total
from wallets.models import Currency, Price, Wallet
from wallets.selectors.currencies import get_currency
from wallets.selectors.prices import USD, newest_prices

CENTS = 2
TINTS = 6  # as many shares have a tint of their own; smaller ones share the last
ENOUGH = 2  # one wallet alone needs no comparison
_PRODUCT = decimal.Context(prec=80)


@dataclass(frozen=True, slots=True)
class Share:
    """What one wallet adds to the whole."""

    wallet: Wallet
    usd: Decimal
    percent: Decimal
    tint: int


@dataclass(frozen=True, slots=True)
class Worth:
    """The whole in US dollars, its shares, largest first, and what has no price now."""

    usd: Decimal
    unit: object
    shares: list[Share]
    unpriced: list[str]
    priced_at: datetime
    picture: SafeString


def find_worth(wallets: Iterable[Wallet]) -> Worth | None:
    """Value what a customer owns at the newest recorded prices; ``None`` with nothing to compare.

    Points have no value and do not count. What has no price is named instead of guessed.
    """
    owned = [w for w in wallets if w.total > 0 and w.currency.kind != Currency.Kind.POINTS]
    if len(owned) < ENOUGH:
        return None
    prices = newest_prices()
    found = [(wallet, _usd_of(wallet, prices)) for wallet in owned]
    priced = sorted(
        ((wallet, usd) for wallet, usd in found if usd is not None),
        key=lambda one: (-one[1], one[0].pk),
    )
    whole = total(usd for _, usd in priced)
    if len(priced) < ENOUGH or not whole:
        return None
    shares = [
        Share(wallet, usd, _percent(usd, whole), min(place, TINTS - 1))
        for place, (wallet, usd) in enumerate(priced)
    ]
    used = [prices[w.currency_id].priced_at for w, _ in priced if w.currency_id != USD]
    return Worth(
        usd=whole,
        unit=get_currency(USD),
        shares=shares,
        unpriced=[wallet.currency_id for wallet, usd in found if usd is None],
        priced_at=min(used),
        picture=_drawn(shares),
    )


def _usd_of(wallet: Wallet, prices: Mapping[str, Price]) -> Decimal | None:
    if wallet.currency_id == USD:
        return quantize(wallet.total, CENTS)
    price = prices.get(wallet.currency_id)
    return None if price is None else quantize(_PRODUCT.multiply(wallet.total, price.usd), CENTS)


def _drawn(shares: list[Share]) -> SafeString:
    bars, start = [], Decimal(0)
    for share in shares:
        bars.append((share.tint, start, share.percent))
        start += share.percent
    return format_html(
        '<svg class="worth-bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"'
        ' focusable="false">{}</svg>',
        format_html_join("", '<rect class="tint-{}" x="{}" width="{}" height="8"></rect>', bars),
    )


def _percent(part: Decimal, whole: Decimal) -> Decimal:
    """Give a share for drawing and reading; rounding is fine, it is no amount."""
    return quantize(decimal.Context(prec=12).divide(part, whole) * 100, 1)
