"""Wallets, and a transaction for journals to belong to."""

from collections.abc import Callable, Iterator

import pytest

from tests.by_owner import commit_transaction
from tests.conftest import make_customer, wallet_of
from tests.sessions import Session, as_owner
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
    """Give a maker of committed operations in any state, of which nothing is booked."""
    return commit_transaction


@pytest.fixture
def owner(committed_db: None) -> Iterator[Session]:
    """The owner's session; nothing of it is committed."""
    with as_owner() as session:
        yield session
