"""Finding the house's wallets."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q

from coinhub.core.errors import SetupBroken
from coinhub.core.money import Money, total
from coinhub.core.recent import Recent
from wallets.ledger import chart
from wallets.models import Currency, Price, Wallet
from wallets.selectors import folded, prices

LEGACY = {chart.TREASURY: "admin_wallet"}  # the name that programs of before know it by


class HouseWalletMissing(SetupBroken):
    """A wallet of the house is not there."""

    code = "SYSTEM_ACCOUNT_MISSING"
    title = "A wallet of the house is missing"


def get_house_wallet(code: str, currency: str) -> Wallet:
    """Give a wallet of the house.

    Raises: HouseWalletMissing, with its code.
    """
    try:
        return Wallet.objects.get(code=code, currency_id=currency, shard=0)
    except Wallet.DoesNotExist:
        raise HouseWalletMissing(f"{code} in {currency}") from None


def get_earner(code: str, currency: str) -> Wallet:
    """Give the wallet of the house that earns a fee, as it was a moment ago.

    For naming it in a draft: its id never changes, its figures are not to be looked at.

    Raises: HouseWalletMissing, with its code.
    """
    return _earners.get((code, currency))


_earners: Recent[tuple[str, str], Wallet] = Recent(lambda place: get_house_wallet(*place))


@dataclass(frozen=True, slots=True)
class HouseBalance:
    """One wallet of the house, with its value at a recorded price; ``None`` means no price."""

    code: str
    alias: str | None
    currency: Currency
    balance: Decimal
    usd_value: Decimal | None
    priced_at: datetime | None


def list_balances() -> list[HouseBalance]:
    """List what the house has, earned and not swept included; never valued by a fixed rate."""
    own = Q(code__in=(chart.TREASURY, chart.RESERVE)) | Q(code__startswith="R.")
    rows = folded.with_unfolded(Wallet.objects.filter(own, shard=0)).select_related("currency")
    newest = prices.newest_prices()
    return [_balance(row, newest) for row in rows.order_by("code", "currency__position", "pk")]


def _balance(row: Any, newest: Mapping[str, Price]) -> HouseBalance:
    held = total([row.available, row.unfolded])
    price = newest.get(row.currency_id)
    return HouseBalance(
        code=row.code,
        alias=LEGACY.get(row.code),
        currency=row.currency,
        balance=held,
        usd_value=prices.describe_value(Money(held, row.currency_id)),
        priced_at=price.priced_at if price else None,
    )


def list_missing() -> list[tuple[str, str]]:
    """List the house's wallets that should be there and are not, as (code, currency)."""
    there = set(Wallet.objects.filter(shard=0, code__isnull=False).values_list("code", "currency"))
    return [
        (entry.code, currency)
        for currency in Currency.objects.order_by("position", "code").values_list("code", flat=True)
        for entry in chart.house_wallets(currency)
        if (entry.code, currency) not in there
    ]
