"""The four relations, and what must always hold between them."""

from decimal import Decimal
from typing import Any

from django.db import connection

from wallets.models import Wallet

RELATIONS = ("wallets", "crypto_balances", "trader_balances", "internal_balances")


def rows_of(relation: str, wallet_ids: list[int]) -> dict[int, tuple[Decimal, ...]]:
    """Read available, held, locked, invested and total of some wallets from one relation."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT wallet_id, available, held, locked, invested, total"
            f" FROM {relation} WHERE wallet_id = ANY (%s)",  # noqa: S608
            [wallet_ids],
        )
        return {row[0]: row[1:] for row in cursor.fetchall()}


def assert_agree(*wallets: Wallet) -> None:
    """Assert that the four relations say the same of these wallets."""
    ids = [wallet.pk for wallet in wallets]
    seen: list[Any] = [rows_of(relation, ids) for relation in RELATIONS]
    assert set(seen[0]) == set(ids)
    for relation, rows in zip(RELATIONS[1:], seen[1:], strict=True):
        assert rows == seen[0], f"{relation} differs from wallets"


def assert_sums_are_zero() -> None:
    """Assert that everything sums to zero in every currency, and every journal does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT currency, sum(total + invested) FROM wallets GROUP BY currency"
            " HAVING sum(total + invested) <> 0"
        )
        assert cursor.fetchall() == []
        cursor.execute(
            "SELECT p.journal_id FROM wallets_posting AS p JOIN wallets_wallet AS w"
            " ON w.id = p.wallet_id GROUP BY p.journal_id, w.currency_id HAVING sum(p.amount) <> 0"
        )
        assert cursor.fetchall() == []


def balances(wallet: Wallet) -> tuple[Decimal, Decimal, Decimal]:
    """Give available, held and locked as they are now; of a folded wallet all that was booked."""
    wallet.refresh_from_db()
    available, held, locked, _, _ = rows_of("wallets", [wallet.pk])[wallet.pk]
    return available, held, locked
