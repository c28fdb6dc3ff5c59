"""Transfers that nobody could use for thirty days go back by themselves."""

from datetime import timedelta
from decimal import Decimal

import pytest

from coinhub.core.actor import system
from tests.api_client import Caller
from tests.conftest import make_customer, wallet_of
from wallets.models import Transaction, Wallet
from wallets.services import recalls


@pytest.fixture
def waiting(committed_db):
    """A transfer of 30.00 that waits for its recipient, and the purse it came from."""
    sender, recipient = make_customer("sender"), make_customer("waiting", kyc="pending")
    purse = wallet_of(sender, funded="100.00")
    body = {"to": recipient.email, "amount": "30.00", "currency": "GBP"}
    return purse, Caller(sender).post("transfer", body).json()


def figures(wallet):
    wallet = Wallet.objects.get(pk=wallet.pk)
    return (wallet.available, wallet.held)


def test_goes_back_after_thirty_days_and_not_before(waiting, monkeypatch):
    purse, held = waiting
    recalls.recall_forgotten(actor=system())
    assert figures(purse)[0] == Decimal(70)
    monkeypatch.setattr(recalls, "WAITS", timedelta(0))
    assert recalls.recall_forgotten(actor=system()) >= 1
    assert figures(purse)[0] == Decimal(100)
    assert Transaction.objects.get(public_id=held["id"]).state == "recalled"
