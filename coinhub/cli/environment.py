"""The Python environment in ``.venv``: made when it does not match, before anything else.

Standard library only. An environment counts when its stamp names the interpreter and the packages;
the stamp is removed first and written last, so half an installation never counts.
"""

import fcntl
import hashlib
import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from coinhub.cli.console import progress
from coinhub.core.embedded.errors import CannotRun
from coinhub.core.embedded.processes import die_with_parent

PROJECT = Path(__file__).resolve().parents[2]
STAMP = "coinhub-stamp.json"
MADE = "coinhub-made"  # there when making the bare environment has come to its end


def ensure(state_dir: Path, *, dev: bool) -> Path:
    """Return the interpreter of an environment that has what is needed.

    Repeat: cheap when nothing changed; two commands at once wait for each other.
    Raises: CannotRun.
    """
    home = PROJECT / ".venv"
    if _matches(home, dev=dev):
        return python_of(home)
    if not os.access(PROJECT, os.W_OK) or (home.exists() and not os.access(home, os.W_OK)):
        home = state_dir.absolute() / "venv"
    try:
        home.parent.mkdir(parents=True, exist_ok=True)
        with _locked(home.with_name(f"{home.name}.lock")):
            if not _matches(home, dev=dev):
                _install(home, dev=dev)
    except OSError as failure:
        raise CannotRun(
            f"{home} cannot be written: {failure.strerror}; choose a folder with --state-dir"
        ) from None
    return python_of(home)


def python_of(home: Path) -> Path:
    """Return the interpreter of an environment."""
    return home / "bin" / "python"


def _wanted(*, dev: bool) -> dict[str, str]:
    lists = ["requirements.txt", *(["requirements-dev.txt"] if dev else [])]
    found = {name: hashlib.sha256((PROJECT / name).read_bytes()).hexdigest() for name in lists}
    return found | {"python": f"{platform.python_implementation()} {platform.python_version()}"}


def _stamped(home: Path) -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads((home / STAMP).read_text())
    except (OSError, ValueError):
        return {}
    return found


def _matches(home: Path, *, dev: bool) -> bool:
    return _wanted(dev=dev).items() <= _stamped(home).items() and python_of(home).exists()


def _install(home: Path, *, dev: bool) -> None:
    stamped = _stamped(home)
    wanted = _wanted(dev=dev)
    (home / STAMP).unlink(missing_ok=True)
    if not (home / MADE).exists() or _version_of(home) != platform.python_version():
        progress("making the Python environment")
        _make(home)
        (home / MADE).touch()
        stamped = {}
    progress("installing packages" + (" and development tools" if dev else ""))
    lists = [PROJECT / name for name in wanted if name != "python"]
    _install_lists(home, lists)
    # Development tools that are there stay there, as long as the base is the same.
    kept = stamped if stamped.get("requirements.txt") == wanted["requirements.txt"] else {}
    unfinished = home / f"{STAMP}.new"
    unfinished.write_text(json.dumps(kept | wanted, indent=2) + "\n")
    unfinished.rename(home / STAMP)


def _version_of(home: Path) -> str:
    asked = "import platform; print(platform.python_version())"
    if not python_of(home).exists():
        return ""
    done = _run([str(python_of(home)), "-c", asked])
    return done.stdout.strip()


def _make(home: Path) -> None:
    # Not through the interpreter of another environment: that one may be gone tomorrow.
    base = os.path.realpath(getattr(sys, "_base_executable", sys.executable))
    done = _run([base, "-m", "venv", "--clear", str(home)])
    if done.returncode != 0:
        uv = shutil.which("uv")
        if uv is None:
            said = _last_line(done)
            raise CannotRun(f"python3 -m venv fails (Debian: apt install python3-venv): {said}")
        done = _run([uv, "venv", "--quiet", "--clear", "--python", base, str(home)])
        if done.returncode != 0:
            raise CannotRun(f"the Python environment cannot be made: {_last_line(done)}")


def _install_lists(home: Path, lists: list[Path]) -> None:
    arguments = ["install", "--require-hashes"]
    for path in lists:
        arguments += ["-r", str(path)]
    uv = _find_uv(home)
    if uv is not None:
        done = _run([uv, "pip", *arguments, "--quiet", "--python", str(python_of(home))])
        if done.returncode == 0:
            return
        progress("installing packages with pip")  # uv may not know this machine's index
    done = _run([str(python_of(home)), "-m", "pip", "--quiet", *arguments])
    if done.returncode != 0:
        raise CannotRun(f"the packages cannot be installed: {_last_line(done)}")


def _find_uv(home: Path) -> str | None:
    inside = home / "bin" / "uv"
    if not inside.exists() and shutil.which("uv") is None:
        pinned = home / "uv.txt"
        pinned.write_text(_pin_of("uv"))
        pip = [str(python_of(home)), "-m", "pip", "--quiet"]
        _run([*pip, "install", "--require-hashes", "--no-deps", "-r", str(pinned)])
    return str(inside) if inside.exists() else shutil.which("uv")


def _pin_of(package: str) -> str:
    # A pin is a line "name==version \" followed by its hashes, indented.
    found = re.search(
        rf"^{package}==.*(?:\n    --hash=.*)+",
        (PROJECT / "requirements.txt").read_text(),
        re.MULTILINE,
    )
    return found.group() + "\n" if found else f"{package}\n"


def _run(argv: list[str]) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "UV_PYTHON_DOWNLOADS": "never",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }
    environment.pop("PYTHONPATH", None)
    parent_pid = os.getpid()
    return subprocess.run(
        argv,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        cwd=PROJECT,
        preexec_fn=lambda: die_with_parent(signal.SIGKILL, parent_pid),
    )


def _last_line(done: subprocess.CompletedProcess[str]) -> str:
    lines = [line.strip() for line in (done.stderr or done.stdout).splitlines() if line.strip()]
    errors = [line for line in lines if line.lower().startswith("error")]
    return (errors or lines or ["no message"])[-1]


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
