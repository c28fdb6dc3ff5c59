"""Wallets, and a transaction for journals to belong to."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from tests.conftest import make_customer, wallet_of
from tests.sql.calls import run
from wallets.models import Wallet
from wallets.selectors import house


@pytest.fixture
def new_wallet(committed_db: None) -> Callable[..., Wallet]:
    """Give a maker of wallets: each call a new customer, committed."""

    def make(currency: str = "GBP", *, funded: str = "0") -> Wallet:
        return wallet_of(make_customer(), currency, funded=funded)

    return make


@pytest.fixture
def payer(new_wallet: Callable[..., Wallet]) -> Wallet:
    """A wallet with 100.00 pounds."""
    return new_wallet(funded="100.00")


@pytest.fixture
def payee(new_wallet: Callable[..., Wallet]) -> Wallet:
    """An empty wallet in pounds."""
    return new_wallet()


@pytest.fixture
def settlement(committed_db: None) -> Wallet:
    """A wallet of the house."""
    return house.get_house_wallet("A.SET", "GBP")


@pytest.fixture
def open_transaction(committed_db: None) -> Callable[..., int]:
    """Give a maker of transactions in any state, as the application may insert them."""

    def make(
        payer: Wallet,
        payee: Wallet,
        status: str = "PENDING",
        *,
        state: str | None = None,
        kind: str = "transfer",
    ) -> int:
        state = state or {"PENDING": "pending_review"}.get(status, status.lower())
        row = run(
            "INSERT INTO wallets_transaction (public_id, shard, type, status, state, amount, fee,"
            " currency_id, payer_wallet_id, payee_wallet_id, reference, note)"
            " VALUES (%s, %s, %s, %s, %s, 1, 0, %s, %s, %s, '', '') RETURNING id",
            [uuid4(), payer.shard, kind, status, state, payer.currency_id, payer.pk, payee.pk],
        )
        return int(row[0])

    return make
