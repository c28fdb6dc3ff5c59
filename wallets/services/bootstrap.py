"""What every installation has: currencies, the house's wallets, the groups of staff."""

from dataclasses import dataclass, field

from django.contrib.auth.models import Group, Permission
from django.db import connection, transaction

from coinhub.core.db import sql_file
from coinhub.users import roles
from wallets.models import Currency
from wallets.selectors import house
from wallets.services.wallets import add_currency

FIAT, CRYPTO, POINTS = Currency.Kind.FIAT, Currency.Kind.CRYPTO, Currency.Kind.POINTS

# Source: ISO 4217 for the fiat currencies' decimals; the chains' own rules for the others.
CURRENCIES = (
    Currency(code="GBP", name="Pound sterling", decimals=2, kind=FIAT, position=1),
    Currency(code="USD", name="US dollar", decimals=2, kind=FIAT, position=2),
    Currency(code="EUR", name="Euro", decimals=2, kind=FIAT, position=3),
    Currency(code="CZK", name="Czech koruna", decimals=2, kind=FIAT, position=4),
    Currency(code="JPY", name="Yen", decimals=0, kind=FIAT, position=5),
    Currency(code="BTC", name="Bitcoin", decimals=8, kind=CRYPTO, position=10),
    Currency(code="ETH", name="Ether", decimals=18, kind=CRYPTO, position=11),
    Currency(code="USDT", name="Tether", decimals=6, kind=CRYPTO, position=12),
    Currency(code="PTS", name="Points", decimals=0, kind=POINTS, position=20),
)


@dataclass
class Made:
    """What was missing and is there now."""

    currencies: list[str] = field(default_factory=list)
    house_wallets: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)


def bootstrap(groups: tuple[str, ...]) -> Made:
    """Make what every installation has and this one has not.

    Atomic: one transaction.
    Repeat: makes only what is missing.
    Writes: Currency, Wallet (house), AuditEvent, Group with its permissions.
    Raises: HouseWalletMissing when a wallet of the house is gone but postings name one that is not
        there: its history would be lost, so it is not made anew.
    """
    made = Made()
    with transaction.atomic():
        require_no_lost_history()
        known = set(Currency.objects.values_list("code", flat=True))
        for currency in CURRENCIES:
            if currency.code not in known:
                fresh = Currency(
                    **{f.name: getattr(currency, f.name) for f in Currency._meta.fields}
                )
                add_currency(fresh)
                made.currencies.append(currency.code)
        for code, currency_code in house.list_missing():
            made.house_wallets.append(f"{code} {currency_code}")
        for currency in Currency.objects.filter(
            code__in={name.split()[1] for name in made.house_wallets}
        ):
            add_currency(currency)
        for name in groups:
            group, is_new = Group.objects.get_or_create(name=name)
            if is_new:
                made.groups.append(name)
            give_permissions(group)
    return made


def give_permissions(group: Group) -> None:
    """Give a role exactly the permissions that the code says it has."""
    named = roles.permissions_of(group.name)
    found = Permission.objects.select_related("content_type")
    group.permissions.set([p for p in found if f"{p.content_type.app_label}.{p.codename}" in named])


def require_no_lost_history() -> None:
    """Refuse when a wallet of the house is missing and postings name a wallet that is not there.

    Raises: HouseWalletMissing.
    """
    missing = house.list_missing()
    if missing and postings_without_wallet():
        names = ", ".join(f"{code} in {currency}" for code, currency in missing)
        raise house.HouseWalletMissing(
            f"{names}; postings of a missing wallet exist, see the runbook"
        )


def postings_without_wallet() -> int:
    """Count the postings whose wallet is not there."""
    with connection.cursor() as cursor:
        cursor.execute(sql_file("wallets/sql/queries/postings_without_wallet.sql"))
        return int(cursor.fetchone()[0])
