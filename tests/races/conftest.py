"""Races run in processes of their own, on committed rows, as the application's role."""

import os
import urllib.parse
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connections

from coinhub.drills import bank
from tests.conftest import make_customer, wallet_of
from wallets.models import Wallet


@pytest.fixture
def database_url(committed_db: None) -> str:
    """Give the address at which other processes find the test database."""
    address = urllib.parse.urlsplit(os.environ["DATABASE_URL"])
    return address._replace(path=f"/{connections['default'].settings_dict['NAME']}").geturl()


@pytest.fixture
def funded(committed_db: None) -> Callable[[str], Wallet]:
    """Give a maker of wallets of fresh customers."""
    return lambda amount: wallet_of(make_customer(), funded=amount)


@pytest.fixture
def no_deadlock(committed_db: None) -> Callable[[], bool]:
    """Give a question: has the server broken no deadlock since the test began?"""
    import time

    before = bank.count_deadlocks()

    def ask() -> bool:
        time.sleep(bank.STATISTICS_DELAY_S)
        return bank.count_deadlocks() == before

    return ask


def total(*wallets: Wallet) -> Decimal:
    """Add up what wallets hold now."""
    return sum(
        Wallet.objects.filter(pk__in=[w.pk for w in wallets]).values_list("total", flat=True)
    )
