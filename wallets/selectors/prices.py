"""What an amount is worth in US dollars, at a price that was recorded."""

import decimal
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db.models import OuterRef, Subquery

from coinhub.core.db import ClockTimestamp
from coinhub.core.errors import DomainError
from coinhub.core.money import SCALE, Money, quantize
from coinhub.core.recent import Recent
from wallets.models import Currency, Price
from wallets.selectors.currencies import get_currency

USD = "USD"
_PRODUCT = decimal.Context(prec=80, traps=[decimal.InvalidOperation, decimal.Inexact])
_refill: list[Callable[[], None]] = []


class PriceUnavailable(DomainError):
    """There is no price of the currency, or only one that is too old; nothing is guessed."""

    code = "PRICE_UNAVAILABLE"
    status = 503
    title = "There is no recent price of this currency"


@dataclass(frozen=True, slots=True)
class Valued:
    """A value in US dollars, and the price it was worked out with (none for dollars)."""

    usd: Decimal
    price_id: int | None


@dataclass(frozen=True, slots=True)
class _Known:
    """A price as it was read: with the database's time of reading, and ours."""

    price: Price
    seen_at: datetime
    read_at: float

    def is_fresh(self) -> bool:
        """Say whether the price is young enough by the database's clock."""
        since = timedelta(seconds=time.monotonic() - self.read_at)
        most = timedelta(seconds=settings.PRICE_MAX_AGE_S)
        return self.seen_at + since - self.price.priced_at <= most


def value_in_usd(amount: Money) -> Valued:
    """Value an amount of money.

    Units:  18 decimals, rounded half to even.
    Raises: PriceUnavailable, for points too: they have no value.
    """
    if amount.currency == USD:
        return Valued(amount.amount, None)
    price = _price_of(amount.currency)
    product = _PRODUCT.multiply(amount.amount, price.usd)
    return Valued(quantize(product, SCALE), price.pk)


def price_in_usd(currency: str) -> Decimal:
    """Give what one unit is worth in US dollars, at the price payments are valued with.

    Raises: PriceUnavailable.
    """
    return Decimal(1) if currency == USD else _price_of(currency).usd


def find_value(amount: Money) -> Valued | None:
    """Value an amount; ``None`` for points, which have no value and no limits.

    Raises: PriceUnavailable, CurrencyUnknown.
    """
    if get_currency(amount.currency).kind == Currency.Kind.POINTS:
        return None
    return value_in_usd(amount)


def describe_value(amount: Money) -> Decimal | None:
    """Value an amount for people to read; ``None`` means "no price"."""
    try:
        return value_in_usd(amount).usd
    except PriceUnavailable:
        return None


def refill_with(record: Callable[[], None]) -> None:
    """Have prices recorded when they are asked for and too old; the sandbox does, at start."""
    _refill[:] = [record]


def newest_prices() -> dict[str, Price]:
    """Give the newest price of each currency, however old, as the database has it now."""
    return {code: known.price for code, known in _read_newest(None).items()}


def _price_of(currency: str) -> Price:
    known = _newest.get(None).get(currency)
    if _refill and (known is None or not known.is_fresh()):
        _refill[0]()
        _newest.forget()
        known = _newest.get(None).get(currency)
    if known is None or not known.is_fresh():
        raise PriceUnavailable(f"there is no recent price of {currency}", retry_after=60)
    return known.price


def _read_newest(_: None) -> dict[str, _Known]:
    """Read the newest price of every currency: one look into an index for each."""
    newest = Price.objects.filter(currency=OuterRef("pk")).order_by("-priced_at", "-id")
    ids = Currency.objects.annotate(newest=Subquery(newest.values("pk")[:1])).values("newest")
    rows = Price.objects.filter(pk__in=ids).annotate(seen_at=ClockTimestamp())
    read_at = time.monotonic()
    return {
        row.currency_id: _Known(price=row, seen_at=row.seen_at, read_at=read_at) for row in rows
    }


_newest = Recent(_read_newest)
