"""The drills' own judgement: a sound ledger passes, and each kind of damage is seen."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from coinhub.cli import drill
from coinhub.core.actor import system
from coinhub.core.db import sql_file
from coinhub.drills import (
    authz,
    authz_routes,
    authz_table,
    bank_client,
    crowd,
    invariants,
    options,
)
from coinhub.drills.__main__ import told
from tests.coinhub.test_bench import copy_of_the_test_database
from tests.conftest import gbp, make_customer, wallet_of
from wallets.services import holds, transfers

DAMAGES = {
    "UPDATE wallets_wallet SET available = available + 0.01 WHERE id = {payee}": {
        "each currency sums to zero",
        "each wallet row is the sum of its postings",
    },
    "DELETE FROM wallets_posting WHERE wallet_id = {payee} AND seq = 1": {
        "each journal sums to zero in each currency",
        "each wallet row is the sum of its postings",
        "each wallet's version counts its postings",
        "each wallet's seq has no gap",
        "running balances chain",
    },
    "UPDATE wallets_posting SET balance_after = 7 WHERE wallet_id = {payee} AND seq = 1": {
        "running balances chain"
    },
    "UPDATE wallets_posting SET seq = 99 WHERE wallet_id = {payee} AND seq = 2": {
        "each wallet's seq has no gap"
    },
    "UPDATE wallets_hold SET remaining = remaining - 0.01 WHERE wallet_id = {payer}": {
        "open holds are what is held and locked"
    },
    "UPDATE wallets_wallet SET version = version + 1 WHERE id = {payer}": {
        "each wallet's version counts its postings"
    },
    "UPDATE wallets_wallet SET floor = 1000 WHERE id = {payer}": {
        "no wallet is below its floor, nothing else is below zero, nothing is NaN"
    },
    "UPDATE wallets_posting SET shard = shard + 1 WHERE wallet_id = {payee} AND seq = 1": {
        "each posting has its journal, its wallet and their shards"
    },
    "INSERT INTO wallets_journal (shard, kind, transaction_id, transition_key, value_date)"
    " SELECT shard, 'x', id, 'x', now() FROM wallets_transaction LIMIT 1": {
        "each journal has postings"
    },
}


@pytest.fixture(scope="module")
def damaged(
    django_db_setup: None, django_db_blocker: object
) -> Iterator[tuple["psycopg.Connection[object]", dict[str, int]]]:
    """Give a superuser on a copy of the database with a little history in it."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        payer = wallet_of(make_customer(), funded="100.00")
        payee = wallet_of(make_customer())
        for _ in range(2):
            transfers.transfer(payer=payer, payee=payee, amount=gbp("5.00"), actor=system())
        holds.place_hold(
            payer=payer, payee=payee, amount=gbp("3.00"), purpose="test", actor=system()
        )
        ids = {"payer": payer.pk, "payee": payee.pk}
        with (
            copy_of_the_test_database("drill_damages") as (_, admin),
            psycopg.connect(admin) as connection,
        ):
            connection.execute("SET session_replication_role = replica")
            for table, trigger in always_on(connection):
                connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
            for table, name in checks(connection):
                connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
            connection.commit()
            yield connection, ids


def always_on(connection: "psycopg.Connection[object]") -> list[tuple[str, str]]:
    return connection.execute(  # type: ignore[return-value]
        "SELECT tgrelid::regclass::text, quote_ident(tgname) FROM pg_trigger"
        " WHERE NOT tgisinternal AND tgenabled = 'A'"
    ).fetchall()


def checks(connection: "psycopg.Connection[object]") -> list[tuple[str, str]]:
    return connection.execute(  # type: ignore[return-value]
        "SELECT conrelid::regclass::text, quote_ident(conname) FROM pg_constraint"
        " WHERE contype = 'c' AND conrelid::regclass::text ~ '^wallets_'"
    ).fetchall()


class TestInvariants:
    @pytest.mark.parametrize("damage", DAMAGES)
    def test_each_damage_breaks_the_promises_it_should_and_no_other(
        self, damaged: tuple["psycopg.Connection[object]", dict[str, int]], damage: str
    ) -> None:
        connection, ids = damaged
        before = seen(connection)
        connection.execute(damage.format(**ids))
        after = seen(connection)
        connection.rollback()
        assert before == set()
        assert after == DAMAGES[damage]

    def test_the_database_of_the_tests_is_sound(self, committed_db: None) -> None:
        found = invariants.run()
        assert found["ok"], json.dumps(found, indent=1)
        assert len(found["invariants"]) == 10


def seen(connection: "psycopg.Connection[object]") -> set[str]:
    rows = connection.execute(sql_file("coinhub/drills/sql/invariants.sql")).fetchall()
    return {promise for promise, breaks in rows if breaks}  # type: ignore[misc]


def lose(argument: int) -> int:
    """Be a client that ends badly, if told to."""
    if argument:
        raise ValueError(f"client {argument}")
    return argument


class TestCrowd:
    def test_a_client_that_ends_badly_is_not_passed_over(self, committed_db: None) -> None:
        with pytest.raises(crowd.ClientFailed, match="client 2"):
            crowd.run(lose, [0, 0, 2, 0])

    def test_results_come_in_the_order_of_the_arguments(self, committed_db: None) -> None:
        assert crowd.run(int, ["5", "7", "11"], processes=2) == [5, 7, 11]


class TestCommand:
    def test_says_what_it_found_and_writes_it_down(self, tmp_path: Path) -> None:
        result = {"name": "bank", "ok": False, "seed": 3, "must_be_zero": {"deadlocks": 2}}
        shown = told(json.loads(json.dumps(result)))
        assert "FOUND SOMETHING" in shown
        assert "2  deadlocks" in shown
        assert shown.endswith("drill bank: FOUND SOMETHING\n")

    def test_help_tells_what_each_drill_is_for(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as ended:
            options.read(["--help"])
        assert ended.value.code == 0
        shown = capsys.readouterr().out
        assert all(name in shown for name in options.NAMES)

    @pytest.mark.parametrize(
        "arguments",
        [[], ["storm", "--tries", "3"], ["bank", "--clients", "0"], ["fuzz", "--cases"]],
    )
    def test_what_makes_no_sense_is_refused_before_anything_starts(
        self, arguments: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        with pytest.raises(SystemExit) as ended:
            drill.run(arguments, tmp_path / "state")
        assert ended.value.code == 2
        assert "usage: python3 -m coinhub drill" in capsys.readouterr().err
        assert not (tmp_path / "state").exists()

    def test_an_unknown_drill_is_refused(self) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "coinhub.drills", "nonsense"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 2
        assert "bank" in done.stderr


class TestAuthzMatrix:
    def test_every_route_has_a_row_and_every_row_a_route(self) -> None:
        table, known = authz_table.read(), authz_routes.routes()
        assert len(known) > 250
        assert [r.name for r in known if authz_table.row_for(table, r.name) is None] == []
        assert authz.stale_rows(table, known) == []

    def test_addresses_without_a_version_are_those_of_version_1(self) -> None:
        versioned, plain = authz_routes.unversioned()
        assert len(versioned) > 30
        assert versioned == plain

    def test_each_caller_meets_what_is_declared_and_others_objects_look_like_none(
        self, committed_db: None, settings: Any
    ) -> None:
        settings.RATE_LIMITS = False
        settings.BASE_URL = "http://testserver"
        plan = authz.Plan(
            tries=15,
            most_difference_ms=50.0,  # the drill asks five hundred times, and no test beside it
            wanted=authz.is_wanted_in_short,
            callers=authz.callers_in_short,
        )
        found = authz.run(plan)
        assert found["ok"], json.dumps(found, indent=1)
        assert found["object_routes"] >= 10
        assert found["calls"] > 900

    def test_a_row_that_says_something_else_is_found(self) -> None:
        route = authz_routes.routes()[0]
        row = authz_table.Row(route.name, ("who",) * len(authz_table.CALLERS))
        assert authz.differences(route, row, {"owner": "in", "other": "who"}) == {
            f"{route.name} owner": "met in, declared who"
        }

    def test_a_line_that_is_no_whole_row_is_an_error(self, tmp_path: Path) -> None:
        table = tmp_path / "table.txt"
        table.write_text("GET api/v1/me who in\n")
        with pytest.raises(ValueError, match="not a row"):
            authz_table.read(table)


class TestBank:
    def test_a_hold_that_gave_too_little_is_left_for_somebody_else(
        self, committed_db: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        payer, payee = wallet_of(make_customer(), funded="10.00"), wallet_of(make_customer())
        held = holds.place_hold(
            payer=payer, payee=payee, amount=gbp("0.01"), purpose="drill", actor=system()
        )
        pk = held.transaction.holds.get().pk
        monkeypatch.setattr(bank_client, "OPEN_HOLDS", [pk])
        monkeypatch.setattr(bank_client, "STEPS", {"capture": 1})
        for seed in range(20):
            orders = bank_client.Orders(
                f"run-{uuid4().hex[:8]}", 0, str(seed), 1.0, {"GBP": [payer.pk, payee.pk]}, {}
            )
            client = bank_client.Client(orders)
            client.step()
            if client.tally.done["capture"]:
                break
            assert [pk] == bank_client.OPEN_HOLDS, client.tally
        assert client.tally.done["capture"]
