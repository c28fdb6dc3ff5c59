"""Copies of the test database: a small ledger is booked once, every damage gets a copy of its own.

What is damaged here is committed, so it must never be the database that the other tests use.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from itertools import count
from typing import Any

import psycopg
import pytest
from django.db import connections
from psycopg import sql
from pytest_django import DjangoDbBlocker

from coinhub.core.actor import system
from kyc.models import Case
from tests.conftest import bare_database, gbp, make_customer, wallet_of
from wallets.ledger import chart
from wallets.models import Hold, Wallet
from wallets.selectors import currencies
from wallets.services import holds, payments, transfers

Plant = Callable[..., list[tuple[Any, ...]]]
ALIASES = ("default", "owner")
LEDGER_TABLES = ("wallet", "posting", "fold", "journal", "hold", "transaction")
_numbers = count(1)


@dataclass(frozen=True)
class Ledger:
    """A database with a small booked ledger, and what is in it."""

    database: str
    alice_gbp: int
    bob_gbp: int
    alice_usd: int
    carol_gbp: int
    open_hold: int


def as_superuser(database: str = "postgres") -> psycopg.Connection:
    if not os.environ.get("DATABASE_ADMIN_URL"):
        pytest.skip("DATABASE_ADMIN_URL is not set: damage is planted as superuser")
    return psycopg.connect(os.environ["DATABASE_ADMIN_URL"], dbname=database, autocommit=True)


@contextmanager
def connected_to(database: str) -> Iterator[None]:
    """Let both aliases look at another database."""
    before = {alias: connections[alias].settings_dict["NAME"] for alias in ALIASES}
    try:
        for alias in ALIASES:
            connections[alias].close()
            connections[alias].settings_dict["NAME"] = database
        currencies._known.clear()
        yield
    finally:
        for alias, name in before.items():
            connections[alias].close()
            connections[alias].settings_dict["NAME"] = name
        currencies._known.clear()


def make_copy(template: str, name: str) -> None:
    for alias in ALIASES:
        connections[alias].close()
    with as_superuser() as admin:
        admin.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER coinhub_owner").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )


def drop(name: str) -> None:
    with as_superuser() as admin:
        admin.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )


@pytest.fixture(scope="module")
def ledger(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Ledger]:
    """A copy of the test database in which a small ledger is booked and committed."""
    with django_db_blocker.unblock():
        test_database = connections["owner"].settings_dict["NAME"]
        name = f"{test_database}_ledger_{next(_numbers)}"
        make_copy(bare_database(), name)  # other tests commit to the test database itself
        try:
            with connected_to(name):
                made = book(name)
            yield made
        finally:
            drop(name)


@contextmanager
def copied(ledger: Ledger, blocker: DjangoDbBlocker) -> Iterator[Ledger]:
    """Copy the booked ledger and let both aliases look at the copy."""
    name = f"{ledger.database}_{next(_numbers)}"
    with blocker.unblock():
        make_copy(ledger.database, name)
        try:
            with connected_to(name):
                yield Ledger(**{**ledger.__dict__, "database": name})
        finally:
            drop(name)


@contextmanager
def planting(copy: Ledger) -> Iterator[Plant]:
    """Change the copy as superuser with every guard of its tables off."""
    with as_superuser(copy.database) as admin:
        for table in LEDGER_TABLES:
            admin.execute(f"ALTER TABLE wallets_{table} DISABLE TRIGGER ALL")

        def run(statement: str, **values: object) -> list[tuple[Any, ...]]:
            done = admin.execute(statement, values)
            return done.fetchall() if done.description else []

        yield run


@pytest.fixture
def healthy(ledger: Ledger, django_db_blocker: DjangoDbBlocker) -> Iterator[Ledger]:
    """The booked ledger itself, for tests that only look; both aliases look at it."""
    with django_db_blocker.unblock(), connected_to(ledger.database):
        yield ledger


@pytest.fixture
def copy(ledger: Ledger, django_db_blocker: DjangoDbBlocker) -> Iterator[Ledger]:
    """A copy of the booked ledger, to be damaged."""
    with copied(ledger, django_db_blocker) as made:
        yield made


@pytest.fixture
def plant(copy: Ledger) -> Iterator[Plant]:
    """Damage the copy."""
    with planting(copy) as run:
        yield run


def book(database: str) -> Ledger:
    """Deposits, transfers, holds of every ending, and money held for a review."""
    actor = system("test")
    alice, bob = make_customer("alice"), make_customer("bob")
    carol = make_customer("carol", kyc=Case.Status.PENDING)
    alice_gbp, bob_gbp = wallet_of(alice, funded="100.00"), wallet_of(bob, funded="20.00")
    alice_usd = wallet_of(alice, "USD", funded="50.00")
    carol_gbp = wallet_of(carol, funded="500.00")
    for amount in ("30.00", "5.00", "1.25"):
        transfers.transfer(payer=alice_gbp, payee=bob_gbp, amount=gbp(amount), actor=actor)
    transfers.transfer(payer=bob_gbp, payee=alice_gbp, amount=gbp("2.00"), actor=actor)
    placed = []
    for amount in ("10.00", "7.00", "3.00"):
        booked = holds.place_hold(
            payer=alice_gbp, payee=bob_gbp, amount=gbp(amount), purpose="order", actor=actor
        )
        placed.append(Hold.objects.get(transaction=booked.transaction))
    holds.capture(hold=placed[1], amount=gbp("4.00"), actor=actor)
    holds.void(hold=placed[2], actor=actor)
    transfers.transfer(payer=bob_gbp, payee=alice_gbp, amount=gbp("0.50"), actor=actor)
    payments.fund_house(code=chart.TREASURY, amount=gbp("1000.00"), actor=actor)
    assert Wallet.objects.get(pk=alice_gbp.pk).available == Decimal("52.25")
    return Ledger(
        database=database,
        alice_gbp=alice_gbp.pk,
        bob_gbp=bob_gbp.pk,
        alice_usd=alice_usd.pk,
        carol_gbp=carol_gbp.pk,
        open_hold=placed[0].pk,
    )
