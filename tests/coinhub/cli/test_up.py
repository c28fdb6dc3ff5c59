"""The whole runner on a state folder of its own; slow, so all of it is in this one file."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import redis

from coinhub.cli import installation
from coinhub.cli.environment import PROJECT
from coinhub.core.embedded import throwaway
from coinhub.core.embedded.processes import command_line

pytestmark = pytest.mark.slow

START_TIMEOUT_S = 90


class Installation:
    """An installation started as an operator starts it."""

    def __init__(self, state: Path, extra: dict[str, str] | None = None, *options: str) -> None:
        self.state = state
        self.environment = clean_environment() | (extra or {})
        self.port = installation.free_port()
        self.output = state / "up.out"
        self.base_url = f"http://127.0.0.1:{self.port}"
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [*self.command("up"), "--port", str(self.port), "--workers", "1", *options],
                env=self.environment,
                cwd=PROJECT,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def command(self, *arguments: str) -> list[str]:
        head, *rest = arguments
        program = [sys.executable, "-m", "coinhub", head]
        return [*program, "--state-dir", str(self.state), *rest]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments),
            env=self.environment,
            cwd=PROJECT,
            capture_output=True,
            text=True,
            check=False,
        )

    def said(self) -> str:
        return self.output.read_text()

    def wait_ready(self) -> None:
        self.wait_said(f"CoinHub is ready: {self.base_url}/\n")

    def wait_said(self, line: str) -> None:
        end = time.monotonic() + START_TIMEOUT_S
        while line not in self.said():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < end, self.said()
            time.sleep(0.1)

    def end(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=60)

    def status(self) -> int:
        with urllib.request.urlopen(f"{self.base_url}/healthz", timeout=10) as answer:
            return int(answer.status)

    def descendants(self) -> list[int]:
        """Every process below the supervisor, however deep."""
        listed = subprocess.run(
            ["ps", "-e", "-o", "pid=,ppid="], capture_output=True, text=True, check=True
        ).stdout
        pairs = [tuple(map(int, line.split())) for line in listed.splitlines()]
        found = [self.process.pid]
        for parent in found:  # grows while it is walked
            found += [pid for pid, above in pairs if above == parent and pid not in found]
        return found[1:]

    def named(self, words: str) -> int:
        return next(pid for pid in self.descendants() if words in (command_line(pid) or ""))


def clean_environment() -> dict[str, str]:
    ours = ("DATABASE_", "VALKEY_", "COINHUB_", "SECRET_KEY", "BASE_URL", "DJANGO_", "PYTEST_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


@contextmanager
def started(extra: dict[str, str] | None = None) -> Iterator[Installation]:
    with throwaway.folder() as state:
        made = Installation(state, extra)
        try:
            made.wait_ready()
            yield made
        finally:
            made.process.kill()
            made.process.wait()


def are_gone(pids: list[int], timeout_s: float = 10) -> bool:
    end = time.monotonic() + timeout_s
    while any(command_line(pid) for pid in pids):
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def eventually_answers(made: Installation) -> bool:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            return made.status() == 200
        except OSError:
            time.sleep(0.1)
    return False


def test_an_installation_runs_from_its_start_to_ctrl_c() -> None:
    with started() as made:
        assert made.status() == 200

        # Its addresses, and a command against it
        lines = made.run("env").stdout.splitlines()
        addresses = dict(line.split("=", 1) for line in lines)
        assert list(addresses) == [
            "DATABASE_URL",
            "DATABASE_OWNER_URL",
            "DATABASE_ADMIN_URL",
            "VALKEY_URL",
            "BASE_URL",
        ]
        with psycopg.connect(addresses["DATABASE_URL"]) as connection:
            row = connection.execute("SELECT current_user").fetchone()
        assert row == ("coinhub_app",)
        assert redis.Redis.from_url(addresses["VALKEY_URL"]).ping()
        assert addresses["BASE_URL"] == made.base_url
        assert made.run("manage", "check").returncode == 0
        assert made.run("manage", "no_such_command").returncode == 1

        # The owner's address reaches nobody who serves
        for words in ("gunicorn", "background worker", "background beat"):
            pid = made.named(words)
            assert b"OWNER_URL" not in Path(f"/proc/{pid}/environ").read_bytes()

        # A second one says so
        second = made.run("up", "--port", str(made.port))
        assert second.returncode == 2
        assert f"already running at {made.base_url}" in second.stderr
        assert made.status() == 200

        # The web process may die
        os.kill(made.named("gunicorn"), signal.SIGKILL)
        assert eventually_answers(made)

        # And Ctrl-C ends everything, in order
        processes = made.descendants()
        made.process.send_signal(signal.SIGINT)
        assert made.process.wait(timeout=60) == 0
        assert are_gone(processes)
        said = made.said()
        names = ("beat", "web", "worker", "Valkey", "PostgreSQL")
        places = [said.rindex(f"stopping {name}") for name in names]
        assert places == sorted(places)
        assert made.run("env").returncode == 2


def test_a_killed_installation_leaves_nothing_running_and_starts_again() -> None:
    with started() as made:
        processes = made.descendants()
        assert len(processes) > 6

        made.process.kill()
        made.process.wait()

        assert are_gone(processes)
        again = Installation(made.state)
        try:
            again.wait_ready()
            assert again.status() == 200
        finally:
            again.process.send_signal(signal.SIGTERM)
            assert again.process.wait(timeout=60) == 0


def test_the_operators_own_servers_take_the_place_of_ours() -> None:
    with throwaway.running() as (_, theirs):
        names = ("DATABASE_URL", "DATABASE_OWNER_URL", "VALKEY_URL")
        own = {name: theirs.addresses()[name] for name in names}
        with started(own) as made:
            assert made.status() == 200

            programs = [command_line(pid) or "" for pid in made.descendants()]
            assert not [program for program in programs if "valkey-server" in program]
            assert not [program for program in programs if "postgres" in program]
            lines = made.run("env").stdout.splitlines()
            addresses = dict(line.split("=", 1) for line in lines)
            assert {name: addresses[name] for name in names} == own
            assert "DATABASE_ADMIN_URL" not in addresses
            with psycopg.connect(own["DATABASE_URL"]) as connection:
                row = connection.execute("SELECT count(*) > 5 FROM users_user").fetchone()
            assert row == (True,)


def test_a_taken_port_is_one_clear_line_and_nothing_is_left_running() -> None:
    import socket

    with throwaway.folder() as state, socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        done = subprocess.run(
            [sys.executable, "-m", "coinhub", "up", f"--port={port}", f"--state-dir={state}"],
            env=clean_environment(),
            cwd=PROJECT,
            capture_output=True,
            text=True,
            check=False,
        )

        assert done.returncode == 2
        assert done.stderr.count("\n") == 1
        assert f"port {port} cannot be used" in done.stderr
        assert not (state / "postgres").exists()


def test_a_damaged_ledger_is_not_served_until_it_was_repaired() -> None:
    with throwaway.folder() as state:
        healthy = Installation(state)
        healthy.wait_ready()
        lines = healthy.run("env").stdout.splitlines()
        addresses = dict(line.split("=", 1) for line in lines)
        with psycopg.connect(addresses["DATABASE_ADMIN_URL"]) as admin:
            admin.execute(
                "UPDATE wallets_wallet SET available = available + 0.01"
                " WHERE id = (SELECT min(id) FROM wallets_wallet WHERE owner_id IS NOT NULL)"
            )
        assert healthy.end() == 0

        damaged = Installation(state)
        assert damaged.process.wait(timeout=START_TIMEOUT_S) == 2
        assert "the ledger is not healthy: wallet row: wallet" in damaged.said()
        assert "CoinHub is ready" not in damaged.said()

        closed = Installation(state, None, "--closed")
        closed.wait_said("CoinHub is closed")
        with pytest.raises(OSError, match="refused"):
            closed.status()
        assert closed.run("manage", "reconcile", "--fix-balances", "--apply").returncode == 0
        assert closed.end() == 0

        repaired = Installation(state)
        repaired.wait_ready()
        assert repaired.end() == 0
