"""Both servers of one installation, made and started together."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from coinhub.core.embedded import folders
from coinhub.core.embedded.errors import CannotRun
from coinhub.core.embedded.postgres import SUPERUSER, Postgres
from coinhub.core.embedded.processes import service_user
from coinhub.core.embedded.state import Secrets, State
from coinhub.core.embedded.valkey import Valkey


def silent(_: str) -> None:
    """Say nothing."""


@dataclass
class Servers:
    """The servers that are ours; one that the operator brings is ``None``."""

    postgres: Postgres | None
    valkey: Valkey | None

    @property
    def all(self) -> list[Postgres | Valkey]:
        """Those that run, in the order of starting."""
        return [server for server in (self.valkey, self.postgres) if server is not None]

    def start(self, say: Callable[[str], None] = silent) -> None:
        """Start what is ours and wait until it answers; on failure nothing is left running.

        Raises: CannotRun.
        """
        try:
            for server in self.all:
                say(f"starting {server.name}")
                server.start()
            for server in self.all:
                server.wait_ready()
            if self.postgres is not None:
                self.postgres.set_up_roles()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop Valkey, then PostgreSQL."""
        for server in self.all:
            server.stop()

    def is_inside(self, folder: Path) -> bool:
        """Tell whether all data lies in a folder."""
        return all(server.folder.parent == folder for server in self.all)

    def addresses(self) -> dict[str, str]:
        """Return the addresses as environment variables."""
        found: dict[str, str] = {}
        if self.postgres is not None:
            kept = self.postgres.secrets
            found["DATABASE_URL"] = self.postgres.url("coinhub_app", kept.app_password)
            found["DATABASE_OWNER_URL"] = self.postgres.url("coinhub_owner", kept.owner_password)
            found["DATABASE_ADMIN_URL"] = self.postgres.url(SUPERUSER, kept.admin_password)
        if self.valkey is not None:
            found["VALKEY_URL"] = self.valkey.url
        return found


def prepare(
    state: State, *, durable: bool = True, postgres: bool = True, valkey: bool = True
) -> tuple[Servers, Secrets]:
    """Lay out the servers of a state folder, without starting them.

    Writes: the secrets, when there are none; folders that only the service user may open.
    Raises: CannotRun.
    """
    try:
        return _prepare(state, durable=durable, postgres=postgres, valkey=valkey)
    except OSError as failure:
        raise CannotRun(
            f"the state folder {state.folder} cannot be used:"
            f" {failure.strerror} ({failure.filename})"
        ) from None


def _prepare(
    state: State, *, durable: bool, postgres: bool, valkey: bool
) -> tuple[Servers, Secrets]:
    user = service_user()
    secrets = state.secrets(data_exists=(state.folder / "postgres" / "data").exists())
    if not (postgres or valkey):
        return Servers(None, None), secrets
    home = folders.services_folder(state.folder, user, secrets.installation_id)
    programs = folders.reachable(folders.packaged(), home, user)
    sockets = folders.socket_folder(home, user)
    servers = Servers(
        postgres=Postgres(
            binaries=programs.postgres_bin,
            folder=home / "postgres",
            sockets=sockets,
            log=_log(state, "postgres"),
            user=user,
            secrets=secrets,
            durable=durable,
        )
        if postgres
        else None,
        valkey=Valkey(
            program=programs.valkey_server,
            folder=home / "valkey",
            sockets=sockets,
            log=_log(state, "valkey"),
            user=user,
            durable=durable,
        )
        if valkey
        else None,
    )
    return servers, secrets


def _log(state: State, name: str) -> Path:
    return state.logs / f"{name}.log"
