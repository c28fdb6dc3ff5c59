"""A worker killed between any two steps pays once: real processes, real kills, a counting rail."""

import os
import signal
import subprocess
import sys

import pytest

from coinhub.drills import crowd
from tests.races import rail_double
from tests.races.rail_double import PLACES, paid
from tests.wallets.leaving import due, leaver, state_of, withdraw
from tests.wallets.relations import assert_agree
from wallets.models import Journal, Wallet
from wallets.rails.configured import _make

pytestmark = pytest.mark.slow


@pytest.fixture
def double(tmp_path, settings, monkeypatch, committed_db):
    monkeypatch.setenv(rail_double.FOLDER, str(tmp_path))
    monkeypatch.setenv("COINHUB_RAILS", "tests.races.rail_double.FileRail")
    settings.RAILS = ["tests.races.rail_double.FileRail"]
    _make.cache_clear()
    yield
    _make.cache_clear()


def work(database_url, kill_at=""):
    """Run a worker once, in a process of its own; give how it ended."""
    with crowd.as_the_application(database_url):
        ended = subprocess.run(
            [sys.executable, "-m", "tests.races.rail_double"],
            env={**os.environ, "KILL_AT": kill_at, "DJANGO_SETTINGS_MODULE": "tests.settings"},
            check=False,
            timeout=120,
            capture_output=True,
        )
    return ended.returncode


@pytest.mark.parametrize("place", PLACES)
def test_a_worker_killed_there_pays_once(database_url, double, place):
    txn = withdraw(leaver(), "100.00")
    assert work(database_url, kill_at=place) == -signal.SIGKILL
    for _ in range(6):
        if state_of(txn) == "completed":
            break
        due(txn)
        assert work(database_url) == 0
    assert state_of(txn) == "completed"
    assert len(paid(txn.public_id)) == 1
    wallet = Wallet.objects.get(pk=txn.payer_wallet_id)
    assert (wallet.available, wallet.locked) == (900, 0)
    assert Journal.objects.filter(transaction=txn, kind="complete").count() == 1
    assert_agree(wallet)


def test_many_workers_at_once_pay_each_once(database_url, double):
    user = leaver()
    txns = [withdraw(user, "10.00") for _ in range(8)]
    with crowd.as_the_application(database_url):
        workers = [
            subprocess.Popen(
                [sys.executable, "-m", "tests.races.rail_double"],
                env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
            )
            for _ in range(4)
        ]
        assert [worker.wait(120) for worker in workers] == [0] * 4
    for txn in txns:
        (name,) = paid(txn.public_id)
        with open(os.path.join(os.environ[rail_double.FOLDER], name)) as file:  # noqa: PTH123
            assert file.read() == "asked\n"
        assert state_of(txn) in ("sent", "completed")
