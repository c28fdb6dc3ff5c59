"""Throw-away PostgreSQL and Valkey for a test run, started before settings are read.

The controller starts PostgreSQL once; every worker makes its own database on it and has a Valkey
of its own, so that a test may empty or kill it. What the caller sets in the environment wins:
``DATABASE_URL`` with ``DATABASE_OWNER_URL`` and ``VALKEY_URL`` replace the embedded servers.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from coinhub.cli.installation import wanted_servers
from coinhub.core.embedded import throwaway
from coinhub.core.embedded.errors import CannotRun
from coinhub.core.embedded.postgres import Postgres
from coinhub.core.embedded.state import Secrets

IS_WORKER = "PYTEST_XDIST_WORKER"
OURS = "COINHUB_TEST_SERVERS"  # set in the environment that workers inherit: "postgres valkey"


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    """Start the servers; a wrapper runs before every other plugin's part."""
    stack = ExitStack()
    try:
        start_servers(stack)
    except CannotRun as refusal:
        stack.close()
        raise pytest.UsageError(str(refusal)) from None
    early_config.add_cleanup(stack.close)
    return (yield)


def start_servers(stack: ExitStack) -> None:
    """Start what this process needs and pass the addresses in the environment."""
    if IS_WORKER in os.environ:
        wanted = {"valkey"} & set(os.environ.get(OURS, "").split())
    else:
        ours = wanted_servers()
        wanted = {name for name in ("postgres", "valkey") if getattr(ours, name)}
        os.environ[OURS] = " ".join(sorted(wanted))
    if not wanted:
        return
    state, servers = stack.enter_context(
        throwaway.running(postgres="postgres" in wanted, valkey="valkey" in wanted)
    )
    os.environ.update(servers.addresses())
    if servers.postgres is not None:
        let_owner_make_databases(servers.postgres)
        os.environ["COINHUB_PGBIN"] = str(servers.postgres.binaries)
    if IS_WORKER not in os.environ:
        give_settings(state.secrets())
        os.environ.setdefault("COINHUB_STATE_DIR", str(state.folder))


def let_owner_make_databases(postgres: Postgres) -> None:
    """Allow on this server alone what test databases need, and keep them as closed as the real one.

    Schema rights come from the template; those on the database are taken back in
    ``close_test_database``.
    """
    postgres.run_sql("ALTER ROLE coinhub_owner CREATEDB")
    postgres.run_sql(
        "REVOKE ALL ON SCHEMA public FROM PUBLIC; GRANT USAGE ON SCHEMA public TO coinhub_app",
        database="template1",
    )


def give_settings(secrets: Secrets) -> None:
    """Set the settings that have no default, unless the caller has."""
    defaults = {
        "SECRET_KEY": secrets.secret_key,
        "COINHUB_FIELD_KEYS": f"1:{secrets.field_key}",
        "COINHUB_RECONCILIATION_KEY": secrets.reconciliation_key,
        "COINHUB_ENVIRONMENT": "development",
        "COINHUB_SANDBOX": "true",
        "BASE_URL": "http://testserver",
    }
    for name, value in defaults.items():
        os.environ.setdefault(name, value)


def close_test_database(*, using: str, **_: Any) -> None:
    """Before the first migration: a new database is open to everybody, the real one is not."""
    from django.db import connections

    connection = connections[using]
    if connection.vendor != "postgresql" or using != "owner":
        return
    name = connection.ops.quote_name(str(connection.settings_dict["NAME"]))
    with connection.cursor() as cursor:
        cursor.execute(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")
        cursor.execute(f"GRANT CONNECT ON DATABASE {name} TO coinhub_app")


def pytest_configure() -> None:
    """Close each test database as soon as it is there."""
    if os.environ.get("DATABASE_OWNER_URL"):
        from django.db.models.signals import pre_migrate

        pre_migrate.connect(close_test_database, dispatch_uid="close_test_database")
