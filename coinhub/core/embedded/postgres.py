"""The embedded PostgreSQL: made once, started in the foreground, reached by a socket alone."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from coinhub.core.embedded.errors import CannotRun
from coinhub.core.embedded.folders import private_folder
from coinhub.core.embedded.processes import (
    ServiceUser,
    command_line,
    last_line,
    spawn,
    stop,
    wait_until,
)
from coinhub.core.embedded.state import Secrets

SUPERUSER = "coinhub_admin"
DATABASE = "coinhub"
ROLES_SQL = Path(__file__).resolve().parents[2] / "sql" / "roles.sql"
READY_TIMEOUT_S = 60
STATUS_LINE = 8  # of postmaster.pid

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %u ",
    "log_checkpoints": "off",
}
# For throw-away servers: a crash may lose everything, so nothing waits for the disk.
NOT_DURABLE = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "300",
    "max_wal_size": "4GB",
    "autovacuum_naptime": "10s",
}


@dataclass
class Postgres:
    """One embedded server.

    ``folder`` holds its data and its socket folder is private to the service user.
    """

    binaries: Path
    folder: Path
    sockets: Path
    log: Path
    user: ServiceUser
    secrets: Secrets
    durable: bool = True
    settings: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    name = "PostgreSQL"

    @property
    def data(self) -> Path:
        """The folder of the cluster."""
        return self.folder / "data"

    def url(self, role: str, password: str, database: str = DATABASE) -> str:
        """Return an address that libpq, psycopg and django-environ read alike."""
        return f"postgres://{role}:{password}@/{database}?host={quote(str(self.sockets))}"

    def start(self) -> None:
        """Start the server, after making its cluster when there is none.

        Repeat: a server left over from a process that died is waited for.
        Raises: CannotRun.
        """
        private_folder(self.folder, self.user)
        if not self.data.exists():
            self._make_cluster()
        self._clear_the_way()
        settings = SETTINGS | ({} if self.durable else NOT_DURABLE) | dict(self.settings)
        settings["unix_socket_directories"] = str(self.sockets)
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self.process = spawn(
            [self.binaries / "postgres", "-D", self.data, *options],
            env=self._environment(),
            log=self.log,
            death_signal=signal.SIGINT,  # fast shutdown
            user=self.user,
        )

    def wait_ready(self) -> None:
        """Wait until the server answers; recovery after a crash may take a while.

        Raises: CannotRun.
        """
        if self.process is None or not wait_until(
            self._says_ready, process=self.process, timeout_s=READY_TIMEOUT_S
        ):
            raise CannotRun(f"PostgreSQL does not start: {last_line(self.log)} ({self.log})")

    def set_up_roles(self) -> None:
        """Make the roles and the database with the script that an operator would run.

        Repeat: safe.
        Raises: CannotRun.
        """
        done = self._psql(
            ["--file", str(ROLES_SQL), "--set", f"database={DATABASE}"],
            COINHUB_OWNER_PASSWORD=self.secrets.owner_password,
            COINHUB_APP_PASSWORD=self.secrets.app_password,
        )
        if done.returncode != 0:
            said = done.stderr.strip().splitlines() or ["no answer"]
            raise CannotRun(f"the database roles cannot be made: {said[-1]}")

    def run_sql(self, statement: str, database: str = "postgres") -> None:
        """Run one statement as the superuser.

        Raises: CannotRun.
        """
        done = self._psql(["--command", statement, "--dbname", database])
        if done.returncode != 0:
            raise CannotRun(f"the embedded PostgreSQL refuses: {done.stderr.strip()}")

    def stop(self) -> None:
        """Shut down fast: sessions end, what is committed is on disk."""
        if self.process is not None:
            stop(self.process, signal.SIGINT, timeout_s=30)

    def _psql(self, arguments: list[str], **extra: str) -> subprocess.CompletedProcess[str]:
        environment = self._environment() | extra
        environment |= {
            "PGHOST": str(self.sockets),
            "PGUSER": SUPERUSER,
            "PGPASSWORD": self.secrets.admin_password,
            "PGDATABASE": "postgres",
        }
        program = [str(self.binaries / "psql"), "--no-psqlrc", "--quiet"]
        return subprocess.run(
            [*program, "--set", "ON_ERROR_STOP=1", *arguments],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def _make_cluster(self) -> None:
        # Made beside its place and then renamed: half a cluster never counts as one.
        unfinished = self.folder / "data.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        password_file = self.folder / "password"
        password_file.unlink(missing_ok=True)
        descriptor = os.open(password_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as stream:
            stream.write(self.secrets.admin_password + "\n")
        if self.user.uid is not None and self.user.gid is not None:
            os.chown(password_file, self.user.uid, self.user.gid)
        try:
            self._initdb(unfinished, password_file)
        finally:
            password_file.unlink(missing_ok=True)
        unfinished.rename(self.data)

    def _initdb(self, target: Path, password_file: Path) -> None:
        process = spawn(
            [
                self.binaries / "initdb",
                f"--pgdata={target}",
                f"--username={SUPERUSER}",
                f"--pwfile={password_file}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--locale=C",
                "--no-instructions",
                *([] if self.durable else ["--no-sync"]),
            ],
            env=self._environment(),
            log=self.log,
            death_signal=signal.SIGKILL,
            user=self.user,
        )
        if process.wait() != 0:
            raise CannotRun(f"initdb failed: {last_line(self.log)} ({self.log})")

    def _clear_the_way(self) -> None:
        """Remove a stale ``postmaster.pid``; wait for a server that is just going.

        The file of a crashed server may name a process id that is somebody else's by now.
        """
        end = time.monotonic() + READY_TIMEOUT_S
        while (pid := self._recorded_pid()) is not None:
            running = command_line(pid)
            if running is None or str(self.data) not in running:
                (self.data / "postmaster.pid").unlink(missing_ok=True)
                return
            if time.monotonic() > end:
                raise CannotRun(f"PostgreSQL is already running on {self.data} (process {pid})")
            time.sleep(0.1)

    def _recorded_pid(self) -> int | None:
        lines = self._pid_file()
        return int(lines[0]) if lines and lines[0].strip().isdigit() else None

    def _says_ready(self) -> bool:
        lines = self._pid_file()
        return (
            self.process is not None
            and len(lines) >= STATUS_LINE
            and lines[0].strip() == str(self.process.pid)
            and lines[STATUS_LINE - 1].strip() == "ready"
        )

    def _pid_file(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return []

    def _environment(self) -> dict[str, str]:
        return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
