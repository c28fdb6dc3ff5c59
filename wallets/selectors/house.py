"""Finding the house's wallets."""

from coinhub.core.errors import SetupBroken
from wallets.ledger import chart
from wallets.models import Currency, Wallet


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


def list_missing() -> list[tuple[str, str]]:
    """List the house's wallets that should be there and are not, as (code, currency)."""
    there = set(Wallet.objects.filter(shard=0, code__isnull=False).values_list("code", "currency"))
    return [
        (entry.code, currency)
        for currency in Currency.objects.order_by("position", "code").values_list("code", flat=True)
        for entry in chart.house_wallets(currency)
        if (entry.code, currency) not in there
    ]
