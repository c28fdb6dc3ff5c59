"""What the benchmark runs on: funded wallets on one shard, and copies with a longer history."""

import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import psycopg
from django.db import transaction
from psycopg import sql

from coinhub.core.actor import system
from coinhub.core.db import sql_file
from coinhub.core.ids import shard_of
from coinhub.core.money import Money
from coinhub.users.models import User
from kyc.services import take_over
from wallets.ledger import batches, chart, drafts
from wallets.ledger.request import MoneyRequest
from wallets.models import Limit, Transaction, Wallet
from wallets.selectors import house
from wallets.services.wallets import open_wallet

WALLETS = 1000
SHARD = 7  # all on one, so that pgbench can name it
FUNDS = Decimal("1000000.00")
TRANSACTIONS = 20_000
BOUNDLESS = Decimal(1_000_000_000)  # nobody here comes to the end of a limit
CHUNK = 500_000  # journals loaded in one statement


@dataclass(frozen=True)
class Stage:
    """Where the money moves: from the lower half of the wallets to the upper half."""

    payer_low: int
    payer_high: int
    payee_low: int
    payee_high: int
    transaction_low: int
    transaction_high: int
    shard: int = SHARD

    @property
    def variables(self) -> dict[str, int]:
        """Give everything by name, for pgbench and SQL."""
        return {name: int(getattr(self, name)) for name in self.__dataclass_fields__}


def build(admin_url: str) -> Stage:
    """Make the customers and fund their wallets through the ledger.

    Writes: User, Case, Wallet; Limits above all that is measured; Transactions for journals booked
        alone.
    """
    run = uuid.uuid4().hex[:8]
    owners = [_owner_on(SHARD) for _ in range(WALLETS)]
    with transaction.atomic(durable=True):
        User.objects.bulk_create(
            User(pk=pk, external_ref=f"bench-{run}:{place}", password="!")  # noqa: S106  # no sign-in
            for place, pk in enumerate(owners)
        )
        take_over.take_over(customer_ids=owners)
        Limit.objects.bulk_create(
            Limit(name=name, tier=tier, maximum=BOUNDLESS)
            for name in (Limit.Name.PAYMENTS_1H, Limit.Name.VOLUME_24H)
            for tier in (None, 1, 2)
        )
        wallets = [open_wallet(owner_id=pk, currency="GBP") for pk in owners]
        _fund(wallets)
    ids = [wallet.pk for wallet in wallets]
    if ids != list(range(ids[0], ids[0] + WALLETS)):
        raise RuntimeError("somebody else opens wallets here")
    half = ids[WALLETS // 2]
    places = {"payer_low": ids[0], "payee_high": ids[-1]}
    with psycopg.connect(admin_url) as connection:
        made = connection.execute(
            sql_file("coinhub/bench/sql/transactions.sql"),
            {**places, "shard": SHARD, "count": TRANSACTIONS},
        ).fetchall()
    return Stage(
        **places,
        payer_high=half - 1,
        payee_low=half,
        transaction_low=made[0][0],
        transaction_high=made[-1][0],
    )


def _owner_on(shard: int) -> uuid.UUID:
    while shard_of(made := uuid.uuid4()) != shard:
        pass
    return made


def _fund(wallets: list[Wallet]) -> None:
    settlement = house.get_house_wallet(chart.SETTLEMENT, "GBP")
    caller = uuid.uuid4()
    batches.book_many(
        [
            (
                drafts.move(
                    type=Transaction.Type.DEPOSIT,
                    payer=settlement,
                    payee=wallet,
                    amount=Money(FUNDS, "GBP"),
                ),
                MoneyRequest(caller, f"bench:{wallet.pk}", b""),
            )
            for wallet in wallets
        ],
        actor=system("bench"),
        event="deposit.completed",
    )


def copy(admin_url: str, source: str, name: str) -> None:
    """Copy a database; nobody may be connected to it."""
    names = [sql.Identifier(each) for each in (name, source, "coinhub_owner", "coinhub_app")]
    with psycopg.connect(admin_url, autocommit=True) as connection:
        for statement in (
            "DROP DATABASE IF EXISTS {0}",
            "CREATE DATABASE {0} TEMPLATE {1} OWNER {2}",
            "GRANT CONNECT ON DATABASE {0} TO {3}",
        ):
            connection.execute(sql.SQL(statement).format(*names))


def drop(admin_url: str, name: str) -> None:
    """Drop a copy."""
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )


def lengthen(admin_url: str, stage: Stage, postings: int) -> int:
    """Load history until there are about so many postings; give how many there are."""
    half = stage.payer_high - stage.payer_low + 1
    rounds = max((postings - 2 * WALLETS) // (2 * half), 0)
    journals = rounds * half
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")  # no foreign keys to look up
        base = _one(connection, "SELECT max(id) + 1 FROM wallets_journal")
        given: dict[str, Any] = {**stage.variables, "base": base, "half": half, "funds": FUNDS}
        for first in range(0, journals, CHUNK):
            chunk = {**given, "first": first, "last": min(first + CHUNK, journals) - 1}
            connection.execute(sql_file("coinhub/bench/sql/history_journals.sql"), chunk)
            connection.execute(sql_file("coinhub/bench/sql/history_postings.sql"), chunk)
        connection.execute(sql_file("coinhub/bench/sql/history_wallets.sql"), given)
        connection.execute(
            "SELECT setval(pg_get_serial_sequence('wallets_journal', 'id'), %s)", [base + journals]
        )
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")
        return _one(connection, "SELECT count(*) FROM wallets_posting")


def _one(connection: "psycopg.Connection[Any]", question: str) -> int:
    row = connection.execute(question.encode()).fetchone()
    if row is None:
        raise RuntimeError("a question with one answer had none")
    return int(row[0])
