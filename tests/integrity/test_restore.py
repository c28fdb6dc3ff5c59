"""A dump restored into another cluster, whose transaction ids are behind, books and folds."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from environ import Env

from coinhub.core.actor import system
from coinhub.core.embedded import throwaway
from integrity.models import Run
from integrity.services import transaction_ids
from integrity.services.check import check
from integrity.services.replay import replay
from tests.conftest import gbp
from tests.integrity.conftest import ALIASES
from tests.sessions import as_owner
from tests.wallets.horizon import settle
from tests.wallets.relations import assert_agree
from wallets.ledger.errors import LedgerMisused
from wallets.models import Fold, Posting, Wallet
from wallets.selectors import currencies
from wallets.services import folding, payments

pytestmark = pytest.mark.slow
AHEAD = 30_000  # more ids than a restore itself uses up


def program(name: str) -> Path:
    """Give the path of one of the server's own programs."""
    folder = os.environ.get("COINHUB_PGBIN")
    if not folder:
        pytest.skip("needs the programs of the embedded server (COINHUB_PGBIN)")
    return Path(folder) / name


def run(name: str, *arguments: str) -> None:
    done = subprocess.run([program(name), *arguments], capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr


@contextmanager
def at(addresses: dict[str, str]) -> Iterator[None]:
    """Let both aliases look at another server."""
    before = {alias: dict(connections[alias].settings_dict) for alias in ALIASES}
    wanted = {"default": "DATABASE_URL", "owner": "DATABASE_OWNER_URL"}
    try:
        for alias, variable in wanted.items():
            connections[alias].close()
            there = Env.db_url_config(addresses[variable])
            settings = connections[alias].settings_dict
            options = settings["OPTIONS"] | there.get("OPTIONS", {})  # the socket's folder
            settings.update(there | {"OPTIONS": options})
        currencies._known.clear()
        yield
    finally:
        for alias in ALIASES:
            connections[alias].close()
            connections[alias].settings_dict.update(before[alias])
        currencies._known.clear()


@pytest.fixture
def outside(copy) -> Wallet:
    """The folded wallet of what is held outside: folded at a high id, with one posting to fold."""
    with as_owner(autocommit=True) as owner:
        owner.execute("SELECT set_config('coinhub.ids', %s, false)", [str(AHEAD)])
        owner.execute(transaction_ids.USE_UP)
    found = Wallet.objects.get(code="A.SET", currency_id="GBP")
    payments.credit(payee=Wallet.objects.get(pk=copy.bob_gbp), amount=gbp("3"), actor=system())
    settle(found)
    folding.fold_all()
    payments.credit(payee=Wallet.objects.get(pk=copy.bob_gbp), amount=gbp("4"), actor=system())
    return Wallet.objects.get(pk=found.pk)


@pytest.fixture
def restored(copy, outside, tmp_path) -> Iterator[None]:
    """A dump of the ledger in a cluster of its own; both aliases look at it."""
    source = os.environ["DATABASE_OWNER_URL"]
    with throwaway.running(valkey=False) as (_, servers):
        there = servers.addresses()
        file = str(tmp_path / "ledger.dump")
        run("pg_dump", "--format=custom", f"--file={file}", f"--dbname={to(source, copy.database)}")
        run("pg_restore", "--exit-on-error", f"--dbname={there['DATABASE_ADMIN_URL']}", file)
        with at(there):
            yield


def to(address: str, database: str) -> str:
    """Name another database of the same server."""
    place, _, query = address.partition("?")
    return f"{place.rpartition('/')[0]}/{database}?{query}"


def credit(copy) -> None:
    payments.credit(payee=Wallet.objects.get(pk=copy.bob_gbp), amount=gbp("5"), actor=system())


class TestARestoredDump:
    def test_books_and_folds_once_its_ids_are_advanced(self, copy, outside, restored):
        with pytest.raises(CommandError, match="advance_ids"):
            call_command("verify_start")
        with pytest.raises(LedgerMisused):
            credit(copy)

        call_command("advance_ids")
        assert not transaction_ids.are_behind()
        call_command("verify_start")

        folds = Fold.objects.filter(wallet=outside).count()
        credit(copy)
        settle(outside)
        folding.fold_all()
        assert Fold.objects.filter(wallet=outside).count() == folds + 1
        after = Wallet.objects.get(pk=outside.pk)
        assert after.available == outside.available - 9  # not folded before the dump, and after it
        assert after.folded_through > outside.folded_through
        newest = Posting.objects.filter(wallet=outside).order_by("-pk")[:2]
        assert [posting.amount for posting in newest] == [-5, -4]
        assert newest[0].xact_id > newest[1].xact_id
        assert_agree(outside, Wallet.objects.get(pk=copy.bob_gbp))
        checked = check(actor=system(), trigger=Run.Trigger.COMMAND)
        assert checked.is_healthy, checked.findings
        assert replay(say=lambda _: None).agrees
        call_command("invariants")

    def test_keeps_what_the_application_may_not_do(self, restored):
        with connections["default"].cursor() as cursor, pytest.raises(Exception, match="denied"):
            cursor.execute("UPDATE wallets_transaction SET state = state")
        with connections["owner"].cursor() as cursor, pytest.raises(Exception, match="append-only"):
            cursor.execute("DELETE FROM wallets_posting")


class TestAdvancing:
    def test_does_nothing_where_the_ids_are_ahead(self, healthy, capsys):
        done = transaction_ids.advance(say=print)
        assert done.before == done.next > done.highest
        assert capsys.readouterr().out == ""

    def test_says_how_far_it_came(self, healthy, capsys):
        call_command("advance_ids", "--json")
        told = json.loads(capsys.readouterr().out)
        assert told["status"] == "healthy"
        assert told["next"] > told["highest"]

    def test_refuses_what_would_take_too_long(self, copy, plant):
        plant("UPDATE wallets_wallet SET folded_through = '99999999999' WHERE code = 'A.SET'")
        assert transaction_ids.are_behind()
        with pytest.raises(transaction_ids.IdsTooFarBehind):
            transaction_ids.advance(say=print)
        with pytest.raises(CommandError) as ended:
            call_command("advance_ids")
        assert ended.value.returncode == 2

    def test_looks_at_every_id_that_is_kept(self, healthy):
        with connections["owner"].cursor() as cursor:
            cursor.execute(
                "SELECT c.relname, a.attname FROM pg_attribute AS a"
                " JOIN pg_class AS c ON c.oid = a.attrelid AND c.relkind = 'r'"
                " WHERE a.atttypid = 'xid8'::regtype AND a.attnum > 0"
                " AND c.relnamespace = 'public'::regnamespace"
            )
            kept = set(cursor.fetchall())
        looked_at = re.findall(r"max\((\w+)\)(?: AS highest)? FROM (\w+)", transaction_ids.READ)
        assert {(table, column) for column, table in looked_at} == kept
