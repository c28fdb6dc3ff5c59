import os
import stat
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from coinhub.core.embedded import postgres as postgres_module
from coinhub.core.embedded import servers, throwaway
from coinhub.core.embedded.errors import CannotRun
from coinhub.core.embedded.servers import Servers
from coinhub.core.embedded.state import State


@pytest.fixture
def state() -> Iterator[State]:
    with throwaway.folder() as home:
        made = State(home)
        made.open()
        yield made


@pytest.fixture
def running(state: State) -> Iterator[Servers]:
    made, _ = servers.prepare(state, durable=False)
    made.start()
    yield made
    made.stop()


def ask(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query.encode()).fetchone()
        return row[0] if row else None


class TestPostgres:
    def test_keeps_what_is_committed_over_a_restart(self, running: Servers) -> None:
        owner = running.addresses()["DATABASE_OWNER_URL"]
        with psycopg.connect(owner) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")

        running.stop()
        running.start()

        assert ask(owner, "SELECT answer FROM kept") == 42

    def test_lets_nobody_in_without_the_password(self, running: Servers) -> None:
        assert running.postgres is not None
        for role in ("coinhub_admin", "coinhub_owner", "coinhub_app"):
            with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
                psycopg.connect(running.postgres.url(role, "guessed"))

    def test_listens_on_no_port_and_its_socket_is_private(self, running: Servers) -> None:
        assert running.postgres is not None
        admin = running.addresses()["DATABASE_ADMIN_URL"]

        assert ask(admin, "SHOW listen_addresses") == ""
        assert stat.S_IMODE(running.postgres.sockets.stat().st_mode) == 0o700

    def test_gives_the_application_no_power(self, running: Servers) -> None:
        app = running.addresses()["DATABASE_URL"]
        powers = "rolsuper OR rolcreatedb OR rolcreaterole OR rolbypassrls OR rolreplication"

        assert ask(app, f"SELECT {powers} FROM pg_roles WHERE rolname = current_user") is False
        assert ask(app, "SELECT count(*) FROM pg_auth_members m"
                        " WHERE m.member = current_user::regrole") == 0  # fmt: skip
        for statement in ("CREATE TABLE public.t (i int)", "CREATE TEMP TABLE t (i int)"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                ask(app, statement)
        assert ask(app, "SELECT count(*) FROM pg_class WHERE relname = 't'") == 0

    def test_ends_the_applications_long_statements(self, running: Servers) -> None:
        app = running.addresses()["DATABASE_URL"]
        known = {
            "statement_timeout": "5s",
            "lock_timeout": "2s",
            "idle_in_transaction_session_timeout": "10s",
            "transaction_timeout": "15s",
        }

        assert {name: ask(app, f"SHOW {name}") for name in known} == known

    def test_starts_over_the_file_of_a_crashed_server_whose_number_is_taken(
        self, running: Servers
    ) -> None:
        assert running.postgres is not None
        running.stop()
        stale = running.postgres.data / "postmaster.pid"
        stale.write_text(f"{os.getpid()}\n{running.postgres.data}\n0\n5432\n\n\n\nready\n")

        running.start()

        assert ask(running.addresses()["DATABASE_URL"], "SELECT 1") == 1

    def test_says_so_when_its_data_are_served_already(
        self, running: Servers, state: State, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(postgres_module, "READY_TIMEOUT_S", 0)
        second, _ = servers.prepare(state, durable=False, valkey=False)

        with pytest.raises(CannotRun, match="already running"):
            second.start()

        assert ask(running.addresses()["DATABASE_URL"], "SELECT 1") == 1

    def test_half_a_cluster_never_counts(self, state: State) -> None:
        made, _ = servers.prepare(state, durable=False, valkey=False)
        assert made.postgres is not None
        unfinished = made.postgres.folder / "data.new"
        unfinished.mkdir(parents=True)
        (unfinished / "PG_VERSION").write_text("18\n")

        made.start()

        assert ask(made.addresses()["DATABASE_URL"], "SELECT 1") == 1
        assert not unfinished.exists()
        made.stop()

    def test_reports_why_it_does_not_start(self, state: State) -> None:
        made, _ = servers.prepare(state, durable=False, valkey=False)
        assert made.postgres is not None
        made.postgres.settings = {"shared_buffers": "nonsense"}

        with pytest.raises(CannotRun, match="PostgreSQL does not start: .*nonsense"):
            made.start()


class TestSocketFolder:
    @pytest.mark.parametrize("name", ["d" * 90, "my wallet é?&"])
    def test_with_a_difficult_name_is_a_short_private_one_elsewhere(
        self, tmp_path: Path, name: str
    ) -> None:
        deep = tmp_path / name
        tmp_path.chmod(0o711)
        for parent in tmp_path.parents[:3]:
            if parent.stat().st_uid == os.geteuid() and parent != Path(parent.anchor):
                parent.chmod(parent.stat().st_mode | 0o111)
        state = State(deep)
        state.open()
        made, _ = servers.prepare(state, durable=False)
        assert made.postgres is not None
        assert made.valkey is not None

        made.start()

        sockets = made.postgres.sockets
        assert len(str(sockets)) < 60
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
        assert ask(made.addresses()["DATABASE_URL"], "SELECT 1") == 1
        assert redis.Redis.from_url(made.valkey.url).ping()
        made.stop()
        sockets.rmdir()


class TestValkey:
    def test_keeps_what_it_was_told_over_a_restart(self, state: State) -> None:
        made, _ = servers.prepare(state, postgres=False)
        made.start()
        assert made.valkey is not None
        redis.Redis.from_url(made.valkey.url).set("answer", "42")

        made.stop()
        made.start()

        assert redis.Redis.from_url(made.valkey.url).get("answer") == b"42"
        made.stop()

    def test_listens_on_no_port_and_never_forgets_for_lack_of_room(self, running: Servers) -> None:
        assert running.valkey is not None
        config = redis.Redis.from_url(running.valkey.url).config_get("*")

        assert config["port"] == "0"
        assert config["maxmemory-policy"] == "noeviction"


class TestThrowaway:
    def test_sweeps_what_a_killed_run_left_and_nothing_else(self, tmp_path: Path) -> None:
        abandoned = tmp_path / f"{throwaway.PREFIX}dead"
        other = tmp_path / "other"
        for folder in (abandoned, other):
            folder.mkdir()
            (folder / throwaway.KEEP).touch()

        with throwaway.folder(tmp_path) as living, throwaway.folder(tmp_path) as made:
            assert living.exists()
            assert made.exists()

        assert not made.exists()
        assert not abandoned.exists()
        assert other.exists()
