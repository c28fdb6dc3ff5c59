"""Use case: write down what currencies are worth."""

import decimal
from decimal import Decimal

import structlog
from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Least, Now

from coinhub.core.errors import AmountInvalid
from coinhub.core.money import SCALE, Money, quantize
from wallets.models import Currency, Price
from wallets.providers import prices as providers
from wallets.providers.prices import PriceSource, Quote
from wallets.selectors import prices

log = structlog.get_logger(__name__)


def record_prices(source: PriceSource | None = None) -> list[Price]:
    """Ask the source for every currency but dollars and points, and record what it says.

    What it says of a currency that was not asked for, and what is no price, is left out and logged;
    the newest price we have then grows too old, and payments that need it are refused.

    Units:  18 decimals, rounded half to even.
    Atomic: the source is asked outside of any transaction; the rows are one.
    Repeat: a price with the source's own time is recorded once.
    Writes: Price.
    """
    source = source or providers.configured()
    if source is None:
        log.warning("no_price_source")
        return []
    wanted = Currency.objects.exclude(pk=prices.USD).exclude(kind=Currency.Kind.POINTS)
    codes = list(wanted.order_by("position", "code").values_list("code", flat=True))
    quotes = [quote for quote in source.prices(codes) if _is_price(quote, codes, source)]
    newest = prices.newest_prices()
    fresh = [quote for quote in quotes if not _is_known(quote, newest.get(quote.currency))]
    with transaction.atomic():
        return Price.objects.bulk_create(_row(quote, source) for quote in fresh)


def record_sandbox() -> None:
    """Record prices because one was asked for and too old: in the sandbox nobody waits a minute."""
    record_prices()


def _is_price(quote: Quote, codes: list[str], source: PriceSource) -> bool:
    try:
        usd = Money(quantize(quote.usd, SCALE), prices.USD).amount
    except (AmountInvalid, decimal.InvalidOperation):
        usd = Decimal(0)
    if quote.currency in codes and usd > 0:
        return True
    log.warning("price_left_out", source=source.name, currency=quote.currency)
    return False


def _is_known(quote: Quote, newest: Price | None) -> bool:
    """See a price that was recorded before: the same one of the same time."""
    if newest is None or quote.priced_at is None:
        return False
    return (newest.priced_at, newest.usd) == (quote.priced_at, quantize(quote.usd, SCALE))


def _row(quote: Quote, source: PriceSource) -> Price:
    """Make the row; a time that lies ahead of our clock is our clock's."""
    priced_at = Now() if quote.priced_at is None else Least(Value(quote.priced_at), Now())
    return Price(
        currency_id=quote.currency,
        usd=quantize(quote.usd, SCALE),
        source=source.name,
        priced_at=priced_at,
    )
