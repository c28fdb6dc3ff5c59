"""The embedded Valkey: in the foreground, reached by a socket alone, keeps what it is told."""

import os
import signal
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

from coinhub.core.embedded.errors import CannotRun
from coinhub.core.embedded.folders import private_folder
from coinhub.core.embedded.processes import (
    ServiceUser,
    last_line,
    spawn,
    stop,
    wait_until,
)

READY_TIMEOUT_S = 60


@dataclass
class Valkey:
    """One embedded server."""

    program: Path
    folder: Path
    sockets: Path
    log: Path
    user: ServiceUser
    durable: bool = True
    process: subprocess.Popen[bytes] | None = None

    name = "Valkey"

    @property
    def socket_path(self) -> Path:
        """The socket it listens on."""
        return self.sockets / "valkey.sock"

    @property
    def url(self) -> str:
        """Return the address for redis-py; the number of a database may be added as ``?db=1``."""
        return f"unix://{self.socket_path}"

    def start(self) -> None:
        """Start the server; its configuration goes through a pipe, so nothing is left on disk."""
        private_folder(self.folder, self.user)
        self.process = spawn(
            [self.program, "-"],
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
            log=self.log,
            death_signal=signal.SIGTERM,
            user=self.user,
            stdin=subprocess.PIPE,
        )
        if self.process.stdin is not None:
            with self.process.stdin as stream:
                stream.write(self._configuration().encode())

    def wait_ready(self) -> None:
        """Wait until it answers a ping.

        Raises: CannotRun.
        """
        if self.process is None or not wait_until(
            self._answers, process=self.process, timeout_s=READY_TIMEOUT_S
        ):
            raise CannotRun(f"Valkey does not start: {last_line(self.log)} ({self.log})")

    def stop(self) -> None:
        """Ask it to write what it holds and end."""
        if self.process is not None:
            stop(self.process, signal.SIGTERM, timeout_s=10)

    def _configuration(self) -> str:
        settings = {
            "port": "0",
            "unixsocket": _quoted(self.socket_path),
            "unixsocketperm": "700",
            "dir": _quoted(self.folder),
            "appendonly": "yes" if self.durable else "no",
            "save": '""',
            "maxmemory-policy": "noeviction",
            "databases": "64",
            "daemonize": "no",
        }
        return "".join(f"{name} {value}\n" for name, value in settings.items())

    def _answers(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(1)
                connection.connect(str(self.socket_path))
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def _quoted(path: Path) -> str:
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
