"""Currencies, kept for the life of the process: a currency never changes its code or decimals."""

from django.db.models import QuerySet

from coinhub.core.errors import CurrencyMismatch, DomainError
from coinhub.core.money import Money
from wallets.models import Currency, Wallet

_known: dict[str, Currency] = {}


class CurrencyUnknown(DomainError):
    """There is no such currency."""

    code = "CURRENCY_UNKNOWN"
    title = "There is no such currency"


def get_currency(code: str) -> Currency:
    """Give a currency.

    Raises: CurrencyUnknown.
    """
    if code not in _known:
        found = Currency.objects.filter(pk=code).first() if code.isascii() else None
        if found is None:
            raise CurrencyUnknown(f"there is no currency {code[:12]!r}")
        _known[code] = found
    return _known[code]


def text_of(amount: Money) -> str:
    """Write an amount with exactly the decimals of its currency, as answers do.

    Raises: CurrencyUnknown, AmountInvalid.
    """
    return amount.text(get_currency(amount.currency).decimals)


def list_currencies() -> QuerySet[Currency]:
    """List all currencies, in the order of lists."""
    return Currency.objects.order_by("position", "code")


def get_for(amount: Money, wallet: Wallet) -> Currency:
    """Give the currency of an amount that is to move on a wallet.

    Raises: CurrencyMismatch, AmountInvalid for zero, less, or more decimals than it has.
    """
    if wallet.currency_id != amount.currency:
        raise CurrencyMismatch(f"the wallet is in {wallet.currency_id}, not {amount.currency}")
    currency = get_currency(amount.currency)
    amount.require_positive()
    amount.require_scale(currency.decimals)
    return currency
