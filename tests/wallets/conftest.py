"""Committed wallets: what a refusal leaves behind shows only where nothing is rolled back."""

from collections.abc import Callable

import pytest

from tests.conftest import make_customer, wallet_of
from wallets.models import Wallet
from wallets.selectors import house

NewWallet = Callable[..., Wallet]


@pytest.fixture
def new_wallet(committed_db: None) -> NewWallet:
    """Give a maker of wallets: each call a new customer, committed."""

    def make(currency: str = "GBP", *, funded: str = "0", kyc: str = "approved") -> Wallet:
        return wallet_of(make_customer(kyc=kyc), currency, funded=funded)

    return make


@pytest.fixture
def payer(new_wallet: NewWallet) -> Wallet:
    """A wallet with 100.00 pounds."""
    return new_wallet(funded="100.00")


@pytest.fixture
def payee(new_wallet: NewWallet) -> Wallet:
    """An empty wallet in pounds."""
    return new_wallet()


@pytest.fixture
def settlement(committed_db: None) -> Wallet:
    """What the house holds outside, in pounds."""
    return house.get_house_wallet("A.SET", "GBP")
