"""Throw-away servers: an empty state folder that goes with the process that asked for it."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from coinhub.core.embedded import servers
from coinhub.core.embedded.folders import short_socket_folder
from coinhub.core.embedded.servers import Servers
from coinhub.core.embedded.state import State

PREFIX = "coinhub-tmp-"
KEEP = "keep"  # locked by the process that made the folder, for as long as that process lives


@contextmanager
def folder(parent: Path | None = None) -> Iterator[Path]:
    """Give a state folder and remove it afterwards, servers' data included.

    Repeat: folders whose process was killed are removed by the next one.
    """
    home = parent or Path(tempfile.gettempdir())
    _sweep(home)
    made = Path(tempfile.mkdtemp(prefix=PREFIX, dir=home))
    made.chmod(0o711)  # the database's own user has to pass
    keep = os.open(made / KEEP, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(keep, fcntl.LOCK_EX)
    try:
        yield made
    finally:
        _remove(made)
        os.close(keep)


@contextmanager
def running(
    parent: Path | None = None,
    *,
    durable: bool = False,
    postgres: bool = True,
    valkey: bool = True,
    settings: Mapping[str, str] | None = None,
) -> Iterator[tuple[State, Servers]]:
    """Run servers on a throw-away folder; ``settings`` are PostgreSQL's."""
    with folder(parent) as home:
        state = State(home)
        state.open()
        state.lock()
        made, _ = servers.prepare(state, durable=durable, postgres=postgres, valkey=valkey)
        if made.postgres is not None:
            made.postgres.settings = settings or {}
        made.start()
        try:
            yield state, made
        finally:
            made.stop()
            state.unlock()


def _remove(made: Path) -> None:
    # As root on a closed home the data lies outside; it is ours by the same name.
    with suppress(OSError, ValueError, IndexError):
        secrets = (made / "secrets.json").read_text()
        installation_id = secrets.split('"installation_id": "')[1].split('"')[0]
        shutil.rmtree(f"/var/lib/coinhub-{installation_id}", ignore_errors=True)
    shutil.rmtree(short_socket_folder(made), ignore_errors=True)
    shutil.rmtree(made, ignore_errors=True)


def _sweep(home: Path) -> None:
    for found in home.glob(f"{PREFIX}*"):
        with suppress(OSError):
            if found.lstat().st_uid == os.geteuid() and _is_abandoned(found):
                _remove(found)


def _is_abandoned(found: Path) -> bool:
    try:
        descriptor = os.open(found / KEEP, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False  # just being made, or not ours to judge
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return True
