import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from coinhub.cli.supervisor import Child, Supervisor

SLEEP = "import time; time.sleep(60)"


def child(name: str, folder: Path, code: str = SLEEP) -> Child:
    return Child(
        name=name,
        argv=[sys.executable, "-c", code],
        env={},
        log=folder / f"{name}.log",
        cwd=folder,
    )


def looks_until(supervisor: Supervisor, is_so: Callable[[], bool], timeout_s: float = 10) -> bool:
    end = time.monotonic() + timeout_s
    supervisor.run(until=lambda: is_so() or time.monotonic() > end)
    return is_so()


def test_starts_a_child_again_that_was_killed(tmp_path: Path) -> None:
    supervisor, web = Supervisor(), child("web", tmp_path)
    supervisor.add(web)
    assert web.process is not None
    first = web.process.pid

    web.process.kill()

    assert looks_until(supervisor, lambda: web.process is not None and web.process.pid != first)
    assert web.process.poll() is None
    supervisor.stop()


def test_waits_longer_each_time_for_a_child_that_cannot_live(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    supervisor = Supervisor()
    supervisor.add(child("web", tmp_path, "raise SystemExit(3)"))
    said = ""

    def has_waited_twice() -> bool:
        nonlocal said
        said += capsys.readouterr().err
        return "again in 1 s" in said

    assert looks_until(supervisor, has_waited_twice)
    assert "web ended (3); starting it again in 0.5 s" in said
    supervisor.stop()


def test_stops_in_the_opposite_order_of_the_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    supervisor = Supervisor()
    started = [child(name, tmp_path) for name in ("worker", "web", "beat")]
    for each in started:
        supervisor.add(each)

    supervisor.stop()

    said = capsys.readouterr().err
    assert said.index("beat") < said.index("web") < said.index("worker")
    assert all(
        each.process is not None and each.process.returncode == -signal.SIGTERM for each in started
    )
