"""Keeps the children running, and ends them in order."""

import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from coinhub.cli.console import progress
from coinhub.core.embedded.errors import CannotRun
from coinhub.core.embedded.processes import spawn, stop

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
CALM_AFTER_S = 60.0
STEP_S = 0.1


class Ended(BaseException):
    """Somebody asked us to end."""


class Managed(Protocol):
    """What the supervisor looks after."""

    name: str
    process: subprocess.Popen[bytes] | None

    def start(self) -> None:
        """Start it."""

    def stop(self) -> None:
        """Stop it."""


@dataclass
class Child:
    """A Python process of ours."""

    name: str
    argv: Sequence[str | Path]
    env: dict[str, str]
    log: Path
    cwd: Path
    timeout_s: float = 15
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; the money is safe in the database, so it may die with us at once."""
        self.process = spawn(
            self.argv, env=self.env, log=self.log, death_signal=signal.SIGKILL, cwd=self.cwd
        )

    def stop(self) -> None:
        """Let it finish what it is doing, for a while."""
        if self.process is not None:
            stop(self.process, signal.SIGTERM, timeout_s=self.timeout_s)


@dataclass
class Watch:
    """When a child was started, and how long to wait before the next try."""

    started_at: float = field(default_factory=time.monotonic)
    pause_s: float = FIRST_PAUSE_S
    due_at: float | None = None


class Supervisor:
    """Starts children again when they die; stops them in the opposite order of their start."""

    def __init__(self) -> None:
        self._watched: list[tuple[Managed, Watch]] = []

    def add(self, child: Managed, *, is_started: bool = False) -> None:
        """Start a child, unless it runs already, and look after it."""
        if not is_started:
            child.start()
        self._watched.append((child, Watch()))

    def look(self) -> None:
        """Start again whatever died, later each time."""
        now = time.monotonic()
        for child, watch in self._watched:
            if child.process is None or child.process.poll() is None:
                continue
            if watch.due_at is None:
                if now - watch.started_at > CALM_AFTER_S:
                    watch.pause_s = FIRST_PAUSE_S
                watch.due_at = now + watch.pause_s
                progress(
                    f"{child.name} ended ({child.process.returncode});"
                    f" starting it again in {watch.pause_s:g} s"
                )
            elif now >= watch.due_at:
                self._start_again(child, watch)

    def _start_again(self, child: Managed, watch: Watch) -> None:
        try:
            child.start()
        except (CannotRun, OSError) as refusal:  # it may be passing: a full disk, a slow end
            progress(f"{child.name} cannot be started: {refusal}")
        watch.started_at, watch.due_at = time.monotonic(), None
        watch.pause_s = min(watch.pause_s * 2, LONGEST_PAUSE_S)

    def run(self, until: Callable[[], bool] = lambda: False) -> None:
        """Look after the children until the condition holds or somebody ends us."""
        while not until():
            self.look()
            time.sleep(STEP_S)

    def stop(self) -> None:
        """End everything: last started, first stopped."""
        for child, _ in reversed(self._watched):
            progress(f"stopping {child.name}")
            child.stop()
        self._watched.clear()


def listen_for_the_end() -> None:
    """Turn SIGINT, SIGTERM and SIGHUP into ``Ended``."""

    def end(*_: object) -> None:
        be_deaf()
        raise Ended

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)


def be_deaf() -> None:
    """Ignore further requests to end: the end is under way, and each step of it is bounded."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
