"""What an operation costs."""

import decimal
from decimal import Decimal

from django.db.models import QuerySet

from coinhub.core.db import ClockTimestamp
from coinhub.core.money import CONTEXT, Money, quantize
from coinhub.core.recent import Recent
from wallets.models import Currency, Fee
from wallets.selectors.currencies import get_currency

WHOLE = Decimal(10_000)  # basis points

_ByPlace = dict[tuple[str, str | None], Fee]


def fee_for(operation: str, amount: Money) -> Money:
    """Give the fee of an operation on a positive amount; zero where none is set.

    Units:  in the amount's currency, rounded up to its decimals, so never to zero by rounding.
    Raises: CurrencyUnknown, AmountInvalid for zero and less.
    """
    amount.require_positive()
    currency = get_currency(amount.currency)
    fee = find_fee(operation, currency)
    if fee is None:
        return Money.zero(amount.currency)
    part = CONTEXT.divide(CONTEXT.multiply(amount.amount, Decimal(fee.bps)), WHOLE)
    charged = max(CONTEXT.add(fee.fixed, part), fee.minimum)
    if fee.maximum is not None:
        charged = min(charged, fee.maximum)
    rounded = quantize(charged, currency.decimals, decimal.ROUND_CEILING)
    return Money(rounded, amount.currency)


def find_fee(operation: str, currency: Currency) -> Fee | None:
    """Give the row that counts now: the currency's own before the one for every currency.

    A fee for every currency is one on money; points cost something only where they are named.
    """
    valid = _valid.get(None)
    own = valid.get((operation, currency.pk))
    if own is not None or currency.kind == Currency.Kind.POINTS:
        return own
    return valid.get((operation, None))


def valid_rows() -> QuerySet[Fee]:
    """List the rows that count now: the newest valid one for each place."""
    return (
        Fee.objects.filter(valid_from__lte=ClockTimestamp())
        .order_by("operation", "currency", "-valid_from", "-id")
        .distinct("operation", "currency")
    )


def forget() -> None:
    """Read fees anew, after a change."""
    _valid.forget()


def _read_valid(_: None) -> _ByPlace:
    return {(row.operation, row.currency_id): row for row in valid_rows()}


_valid = Recent(_read_valid)
