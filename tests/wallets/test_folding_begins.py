"""An installation that has booked already is brought to folding, and its history stays provable."""

import os
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from uuid import uuid4

import psycopg
import pytest

from coinhub.bench import stage
from tests.coinhub.test_bench import named

pytestmark = pytest.mark.slow
OPEN = "SELECT wallet_id FROM open_wallet_v1(%s::uuid, 'GBP', %s::uuid, %s, %s::numeric)"
POST = """
SELECT post_journal_v1(0::smallint, %s, 'test', %s, %s::bigint[],
    ARRAY[0, ledger_shard(%s)]::smallint[], ARRAY['available', 'available'], %s::numeric[])
"""


@pytest.fixture
def address() -> Iterator[str]:
    """A database of its own, without a table; gives the owner's address."""
    admin = os.environ.get("DATABASE_ADMIN_URL")
    if not admin:
        pytest.skip("needs the superuser of the embedded server (DATABASE_ADMIN_URL)")
    name = f"folding_{uuid4().hex[:8]}"
    with psycopg.connect(named(admin, "postgres"), autocommit=True) as session:
        session.execute(f"CREATE DATABASE {name} OWNER coinhub_owner")
        session.execute(f"GRANT CONNECT ON DATABASE {name} TO coinhub_app")
    try:
        yield named(os.environ["DATABASE_OWNER_URL"], name)
    finally:
        stage.drop(named(admin, "postgres"), name)


def manage(address: str, *arguments: str) -> str:
    """Run a management command on the database."""
    application = named(os.environ["DATABASE_URL"], address.partition("?")[0].rpartition("/")[2])
    environment = {**os.environ, "DATABASE_URL": application, "DATABASE_OWNER_URL": address}
    done = subprocess.run(
        [sys.executable, "-m", "django", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def book(address: str) -> int:
    """Deposit twice and pay out once, as it was booked before; gives A.SET."""
    owner_id = uuid4()
    with psycopg.connect(address) as owner:
        owner.execute(
            "INSERT INTO wallets_currency (code, name, decimals, kind, position)"
            " VALUES ('GBP', 'Pound sterling', 2, 'fiat', 1)"
        )
        (outside,) = owner.execute(OPEN, [None, uuid4(), "A.SET", None]).fetchone()
        owner.execute(OPEN, [None, uuid4(), "R.FEE.TRF", None])
        (wallet,) = owner.execute(OPEN, [owner_id, uuid4(), None, 0]).fetchone()
        (number,) = owner.execute(
            "INSERT INTO wallets_transaction (public_id, shard, type, status, state, amount, fee,"
            " currency_id, payer_wallet_id, payee_wallet_id, reference, note)"
            " VALUES (%s, 0, 'import', 'COMPLETED', 'completed', 1, 0, 'GBP', %s, %s, '', '')"
            " RETURNING id",
            [uuid4(), outside, wallet],
        ).fetchone()
        for amount in (100, 20, -30):
            step = [number, f"step-{amount}", [outside, wallet], owner_id, [-amount, amount]]
            owner.execute(POST, step)
    return int(outside)


def test_what_was_booked_before_stays_numbered_and_one_fold_row_stands_for_it(address: str) -> None:
    manage(address, "migrate", "wallets", "0004_payments", "--database", "owner", "-v0")
    outside = book(address)
    manage(address, "migrate", "--database", "owner", "-v0")

    with psycopg.connect(address) as owner:
        row = owner.execute(
            "SELECT available, version, folded_through::text, floor FROM wallets_wallet"
            " WHERE id = %s",
            [outside],
        ).fetchone()
        assert row == (Decimal(-90), 3, "0", None)
        assert owner.execute(
            "SELECT wallet_id, version, horizon::text, postings, amount, balance_after"
            " FROM wallets_fold"
        ).fetchall() == [(outside, 3, "0", 3, Decimal(-90), Decimal(-90))]
        assert owner.execute(
            "SELECT floor, folded_through::text FROM wallets_wallet WHERE code = 'R.FEE.TRF'"
        ).fetchall() == [(Decimal(0), "0")]
        wallet, owner_id, number = owner.execute(
            "SELECT w.id, w.owner_id, t.id FROM wallets_wallet AS w, wallets_transaction AS t"
            " WHERE w.owner_id IS NOT NULL"
        ).fetchone()
        owner.execute(POST, [number, "after", [outside, wallet], owner_id, [-7, 7]])
    with psycopg.connect(address) as owner:
        owner.execute("SELECT fold_wallet_v1(%s, 0::smallint)", [outside])
        relations = [
            owner.execute(
                f"SELECT available FROM {relation} WHERE wallet_id = %s",  # noqa: S608
                [outside],
            ).fetchone()
            for relation in ("wallets", "crypto_balances", "trader_balances", "internal_balances")
        ]
        assert relations == [(Decimal(-97),)] * 4
    manage(address, "bootstrap")
    assert "healthy" in manage(address, "reconcile", "--verify-all")
