"""What the processes of one installation are told: addresses and settings, by the environment."""

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass

from coinhub.cli.environment import PROJECT
from coinhub.core.embedded.errors import CannotRun
from coinhub.core.embedded.state import Running, Secrets, State

HOST = "127.0.0.1"
DATABASE_VARIABLES = ("DATABASE_URL", "DATABASE_OWNER_URL")
OWNER_VARIABLES = ("DATABASE_OWNER_URL", "DATABASE_ADMIN_URL")


@dataclass(frozen=True)
class Wanted:
    """Which servers are ours to start; the operator's own take their place."""

    postgres: bool
    valkey: bool


def wanted_servers(environ: Mapping[str, str] = os.environ) -> Wanted:
    """Read from the environment which servers the operator brings.

    Raises: CannotRun.
    """
    given = [name for name in DATABASE_VARIABLES if environ.get(name)]
    if len(given) == 1:
        missing = next(name for name in DATABASE_VARIABLES if name not in given)
        raise CannotRun(f"{given[0]} is set and {missing} is not: set both, or none of them")
    return Wanted(postgres=not given, valkey=not environ.get("VALKEY_URL"))


def settings(
    secrets: Secrets, state: State, *, base_url: str, addresses: Mapping[str, str]
) -> dict[str, str]:
    """Return the whole environment of a process that may use the owner's address.

    What the operator has set wins, except that a server we started is reached where we started it.
    """
    defaults = {
        "SECRET_KEY": secrets.secret_key,
        "COINHUB_FIELD_KEYS": f"1:{secrets.field_key}",
        "COINHUB_RECONCILIATION_KEY": secrets.reconciliation_key,
        "COINHUB_ENVIRONMENT": "development",
        "COINHUB_SANDBOX": "true",
        "BASE_URL": base_url,
        "DJANGO_SETTINGS_MODULE": "coinhub.settings",
    }
    ours = {"COINHUB_STATE_DIR": str(state.folder), "PYTHONUNBUFFERED": "1"}
    return defaults | dict(os.environ) | python_path() | dict(addresses) | ours


def without_owner(environ: Mapping[str, str]) -> dict[str, str]:
    """Take away what web, worker and scheduler must never hold."""
    return {name: value for name, value in environ.items() if name not in OWNER_VARIABLES}


def python_path() -> dict[str, str]:
    """Return where our modules are, for a child that starts in another folder."""
    known = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    return {"PYTHONPATH": os.pathsep.join(dict.fromkeys([str(PROJECT), *filter(None, known)]))}


def running_settings(state: State) -> dict[str, str]:
    """Return the environment for a command against the running installation.

    Raises: CannotRun.
    """
    running = state.running()
    return settings(
        state.secrets(),
        state,
        base_url=running.base_url,
        addresses=addresses_of(running),
    )


def addresses_of(running: Running) -> dict[str, str]:
    """Return the addresses of a running installation as environment variables."""
    found = {
        "DATABASE_URL": running.database_url,
        "DATABASE_OWNER_URL": running.database_owner_url,
        "DATABASE_ADMIN_URL": running.database_admin_url,
        "VALKEY_URL": running.valkey_url,
    }
    return {name: value for name, value in found.items() if value is not None}


def require_port(port: int) -> None:
    """Refuse a port that is taken.

    Raises: CannotRun.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as failure:
            raise CannotRun(
                f"port {port} cannot be used: {failure.strerror}; choose another with --port"
            ) from None
        except OverflowError:
            raise CannotRun(f"{port} is not a port") from None


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
