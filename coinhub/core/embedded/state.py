"""The state folder: secrets, the lock of the installation, and where it is reached."""

import base64
import errno
import fcntl
import json
import os
import secrets
import shutil
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Self

from coinhub.core.embedded.errors import CannotRun

NEEDED_BYTES = 300_000_000


@dataclass(frozen=True)
class Secrets:
    """What an installation must keep secret; made once, kept in a file of mode 0600."""

    installation_id: str
    admin_password: str
    owner_password: str
    app_password: str
    secret_key: str
    field_key: str
    reconciliation_key: str

    @classmethod
    def generate(cls) -> Self:
        """Make new secrets; passwords are hexadecimal, so that they need no quoting in a URL."""
        return cls(
            installation_id=secrets.token_hex(4),
            admin_password=secrets.token_hex(24),
            owner_password=secrets.token_hex(24),
            app_password=secrets.token_hex(24),
            secret_key=secrets.token_urlsafe(64),
            field_key=base64.b64encode(secrets.token_bytes(32)).decode(),
            reconciliation_key=secrets.token_urlsafe(32),
        )


@dataclass(frozen=True)
class Running:
    """Where a running installation is reached."""

    base_url: str
    database_url: str
    database_owner_url: str
    database_admin_url: str | None
    valkey_url: str


class State:
    """The state folder of one installation."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self._lock: int | None = None

    @property
    def logs(self) -> Path:
        """The folder of the logs."""
        return self.folder / "log"

    def open(self) -> None:
        """Make the folder and see that it can be written.

        Raises: CannotRun.
        """
        try:
            if not self.folder.exists():
                self.folder.mkdir(parents=True)
                self.folder.chmod(0o711)  # the database's own user has to pass
            self.logs.mkdir(mode=0o700, exist_ok=True)
            probe = self.folder / f".probe-{os.getpid()}"
            probe.write_bytes(b"x" * 4096)
            probe.unlink()
        except OSError as failure:
            raise CannotRun(
                f"the state folder {self.folder} cannot be written: {failure.strerror}"
            ) from None
        free = shutil.disk_usage(self.folder).free
        if free < NEEDED_BYTES:
            raise CannotRun(
                f"the disk of the state folder {self.folder} is full:"
                f" {free // 1_000_000} MB free, {NEEDED_BYTES // 1_000_000} MB needed"
            )

    def lock(self) -> None:
        """Claim the folder for this process until it ends, however it ends.

        Raises: CannotRun.
        """
        self._lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._lock)
            self._lock = None
            running = self._read_running()
            where = f" at {running.base_url}" if running else ""
            raise CannotRun(f"CoinHub is already running{where} (state {self.folder})") from None

    def unlock(self) -> None:
        """Say that nothing runs here any more."""
        (self.folder / "running.json").unlink(missing_ok=True)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def is_locked(self) -> bool:
        """Tell whether a living process holds the folder."""
        try:
            descriptor = os.open(self.folder / "lock", os.O_RDWR | os.O_CLOEXEC)
        except OSError as failure:
            return failure.errno == errno.EACCES
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
        finally:
            os.close(descriptor)
        return False

    def secrets(self, *, data_exists: bool = False) -> Secrets:
        """Read the secrets, or make them on the first start.

        Raises: CannotRun.
        """
        path = self.folder / "secrets.json"
        if path.exists():
            known = _read_json(path)
            names = {field.name for field in fields(Secrets)}
            if names <= known.keys():
                return Secrets(**{name: known[name] for name in names})
            raise CannotRun(f"{path} is damaged; restore it, or remove {self.folder} and its data")
        if data_exists:
            raise CannotRun(
                f"{path} is missing but there is data; restore it, or remove {self.folder}"
            )
        made = Secrets.generate()
        _write_private(path, json.dumps(asdict(made), indent=2))
        return made

    def say_running(self, running: Running) -> None:
        """Write down where the installation is reached, passwords included (mode 0600)."""
        _write_private(self.folder / "running.json", json.dumps(asdict(running), indent=2))

    def running(self) -> Running:
        """Return where the running installation is reached.

        Raises: CannotRun.
        """
        found = self._read_running() if self.is_locked() else None
        if found is None:
            raise CannotRun(
                f"CoinHub is not running (state {self.folder}); start it: python3 -m coinhub up"
            )
        return found

    def _read_running(self) -> Running | None:
        path = self.folder / "running.json"
        try:
            return Running(**json.loads(path.read_text()))
        except (OSError, ValueError, TypeError):
            return None


def _read_json(path: Path) -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads(path.read_text())
    except PermissionError:
        raise CannotRun(f"{path} belongs to another user; use your own --state-dir") from None
    except (OSError, ValueError):
        return {}
    return found


def _write_private(path: Path, text: str) -> None:
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(text + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    unfinished.rename(path)
