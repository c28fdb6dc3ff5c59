"""The benchmark judges by ratios, and what it measures on is a sound ledger."""

import json
import os
import subprocess
import sys
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.db import connections

from coinhub.bench import fees, over_http, pgbench, rows, stage
from coinhub.bench.clients import Clients
from coinhub.bench.run import in_turn

ADDRESS = "postgres://app:p%40ss@/coinhub?host=/run/db"


class TestRows:
    def test_a_ratio_is_the_median_of_each_round_s_own(self):
        row = rows.against("x", [80, 10, 90], [100, 100, 100], reach=0.8)
        assert (row.ratio, row.figure, row.reference, row.verdict) == (0.8, 80, 100, "reached")

    def test_below_its_reach_a_row_is_short(self):
        assert rows.against("x", [79, 79, 79], [100, 100, 100], reach=0.8).verdict == "short"

    @pytest.mark.parametrize(("figure", "verdict"), [(250.0, "reached"), (250.1, "short")])
    def test_a_ceiling_is_reached_from_below(self, figure: float, verdict: str):
        assert rows.at_most("x", [figure], 250.0).verdict == verdict

    def test_the_table_names_every_row_with_its_verdict(self):
        shown = rows.table(
            [rows.against("first", [1], [2], 0.4), rows.skipped("second", 5, "not installed")]
        )
        assert "first" in shown
        assert "0.50" in shown
        assert "skipped: not installed" in shown

    def test_the_rows_of_the_design_are_there_with_their_reach(self):
        reaches = {key: reach for key, (_, reach) in rows.CASES.items()}
        assert reaches[("post_journal", "pgbench")] == 0.80
        assert reaches[("transfer", "pgbench")] == 0.55
        assert reaches[("transfer", "orm")] == 8.0
        assert reaches[("transfer", "hordak")] == 5.0
        assert {reach for _, reach in rows.GROWTH.values()} == {0.90}
        assert rows.CPU_US == 250
        assert (rows.FEE_REACH, rows.HTTP_REACH) == (0.90, 0.45)


class TestPgbench:
    def test_gets_the_password_where_no_list_of_processes_shows_it(self):
        found = pgbench.environment(ADDRESS)
        assert found["PGPASSWORD"] == "p@ss"
        assert (found["PGUSER"], found["PGHOST"], found["PGDATABASE"]) == (
            "app",
            "/run/db",
            "coinhub",
        )


@contextmanager
def copy_of_the_test_database(name: str) -> Iterator[tuple[str, str]]:
    """Give the application's and the superuser's address of a copy that goes afterwards."""
    admin = os.environ.get("DATABASE_ADMIN_URL")
    if not admin:
        pytest.skip("needs the superuser of the embedded server (DATABASE_ADMIN_URL)")
    source = str(connections["default"].settings_dict["NAME"])
    connections.close_all()
    maintenance = named(admin, "postgres")
    stage.copy(maintenance, source, name)
    try:
        yield named(os.environ["DATABASE_URL"], name), named(admin, name)
    finally:
        stage.drop(maintenance, name)


def named(url: str, name: str) -> str:
    return urllib.parse.urlsplit(url)._replace(path=f"/{name}").geturl()


BUILD = """
import json, sys, django
django.setup()
from coinhub.bench import stage
place = stage.build(sys.argv[1])
print(json.dumps([stage.lengthen(sys.argv[1], place, 12_000), place.variables]))
"""


def measure_the_house_and_http(place: stage.Stage, application: str) -> None:
    fee = fees.measure(place, database_url=application, rounds=1, seconds=1, order=in_turn)
    assert fee.figure is not None
    assert fee.figure > 1
    over = over_http.measure(place, rounds=1, seconds=0.5, order=in_turn)
    assert over.figure is not None
    assert over.reference is not None
    assert 1 < over.figure < over.reference


@pytest.mark.slow
def test_what_is_measured_on_is_a_sound_ledger_before_and_after(
    committed_db: None, monkeypatch: pytest.MonkeyPatch
):
    name = f"bench_{os.getpid()}"
    with copy_of_the_test_database(name) as (application, admin):
        environment = {**os.environ, "DATABASE_URL": application}
        built = subprocess.run(
            [sys.executable, "-c", BUILD, admin],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert built.returncode == 0, built.stderr
        postings, places = json.loads(built.stdout)
        place = stage.Stage(**places)
        assert 11_000 <= postings <= 14_000
        rate = pgbench.rate(
            "post_journal.pgbench",
            database_url=application,
            clients=2,
            seconds=1,
            variables={**place.variables, "round": 1, "n": 0},
        )
        assert rate > 1
        owner = {"DATABASE_OWNER_URL": named(os.environ["DATABASE_OWNER_URL"], name)}
        with Clients(
            2, environment=environment | owner, module="coinhub.bench.cases", stage=place
        ) as clients:
            for case in ("post_journal", "transfer", "orm"):
                measured = clients.measure(case, 0.5, 1)
                assert measured.rate > 1
                assert measured.cpu_us > 0
        monkeypatch.setenv("DATABASE_URL", application)
        measure_the_house_and_http(place, application)
        with psycopg.connect(admin) as connection:
            assert connection.execute("SELECT count(*) FROM wallets_fold").fetchone() != (0,)
            moved = connection.execute(
                "SELECT count(*) FROM wallets_posting WHERE wallet_id BETWEEN %s AND %s",
                [place.payer_low, place.payee_high],
            ).fetchone()
        assert (moved or [0])[0] > 11_000
        checked = subprocess.run(
            [sys.executable, "-m", "coinhub.drills", "invariants"],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert checked.returncode == 0, checked.stdout
