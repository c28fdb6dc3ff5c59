"""Child processes that never outlive their parent."""

import ctypes
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from coinhub.core.embedded.errors import CannotRun

PR_SET_PDEATHSIG = 1
LOG_LIMIT_BYTES = 10_000_000
LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True)
class ServiceUser:
    """Who the database servers run as; ``None`` in both means: as ourselves."""

    uid: int | None = None
    gid: int | None = None


def service_user() -> ServiceUser:
    """Choose ``nobody`` when we are root, because PostgreSQL refuses to run as root.

    Raises: CannotRun.
    """
    if os.geteuid() != 0:
        return ServiceUser()
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        raise CannotRun(
            "root needs the system user 'nobody' to run PostgreSQL; run CoinHub as another user"
        ) from None
    return ServiceUser(uid=entry.pw_uid, gid=entry.pw_gid)


def die_with_parent(death_signal: signal.Signals, parent_pid: int) -> None:
    """Ask the kernel to signal this process when its parent is gone, however it went."""
    if LIBC is not None:
        LIBC.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != parent_pid:  # it was gone before we asked
            os.kill(os.getpid(), signal.SIGKILL)


def spawn(
    argv: Sequence[str | Path],
    *,
    env: Mapping[str, str],
    log: Path,
    death_signal: signal.Signals,
    user: ServiceUser | None = None,
    cwd: str | Path = "/",
    stdin: int = subprocess.DEVNULL,
) -> subprocess.Popen[bytes]:
    """Start a child in its own session that ends when we end, even by ``kill -9``.

    Call it from the main thread: the kernel watches the thread that started the child.
    """
    user = user or ServiceUser()
    parent_pid = os.getpid()
    with log.open("ab") as output:
        if output.tell() > LOG_LIMIT_BYTES:
            output.truncate(0)
        return subprocess.Popen(
            [str(part) for part in argv],
            env=dict(env),
            stdin=stdin,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=user.uid,
            group=user.gid,
            extra_groups=None if user.uid is None else [],
            cwd=str(cwd),
            preexec_fn=lambda: die_with_parent(death_signal, parent_pid),
        )


def wait_until(
    is_ready: Callable[[], bool], *, process: subprocess.Popen[bytes], timeout_s: float
) -> bool:
    """Wait for a condition; give up when the process ends or the time is over."""
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        if is_ready():
            return True
        if process.poll() is not None:
            return False
        time.sleep(0.02)
    return False


def stop(process: subprocess.Popen[bytes], how: signal.Signals, *, timeout_s: float) -> None:
    """Ask a child to end, wait, and end it by force when it does not listen."""
    if process.poll() is None:
        process.send_signal(how)
    try:
        process.wait(timeout=timeout_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def command_line(pid: int) -> str | None:
    """Return the command line of a process, or ``None`` when there is no such process."""
    if sys.platform == "linux":
        try:
            raw = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return None
        return raw.replace(b"\0", b" ").decode(errors="replace")
    shown = subprocess.run(
        ["/bin/ps", "-p", str(pid), "-o", "command="],
        capture_output=True,
        text=True,
        check=False,
    )
    return shown.stdout if shown.returncode == 0 else None


def last_line(log: Path) -> str:
    """Return the last line of a log that says something, for a message of one line."""
    try:
        lines = log.read_text(errors="replace").strip().splitlines()
    except OSError:
        return "no log"
    return lines[-1].strip() if lines else "nothing in its log"
