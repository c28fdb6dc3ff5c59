import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from coinhub.core.embedded.processes import command_line, last_line, spawn, stop

PARENT = """
import os, signal, sys, time
from pathlib import Path
from coinhub.core.embedded.processes import spawn
child = spawn([sys.executable, "-c", "import time; time.sleep(60)"], env=dict(os.environ),
              log=Path(sys.argv[1]), death_signal=signal.SIGTERM)
print(child.pid, flush=True)
time.sleep(60)
"""


def is_gone(pid: int) -> bool:
    end = time.monotonic() + 5
    while time.monotonic() < end:
        if not command_line(pid):  # a zombie has none either
            return True
        time.sleep(0.02)
    return False


def test_a_child_ends_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path / "log")], stdout=subprocess.PIPE
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert command_line(child)

    parent.kill()
    parent.wait()
    parent.stdout.close()

    assert is_gone(child)


def test_a_child_that_does_not_listen_is_ended_by_force(tmp_path: Path) -> None:
    deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True);"
    log = tmp_path / "log"
    child = spawn(
        [sys.executable, "-c", deaf + "time.sleep(60)"],
        env=dict(os.environ),
        log=log,
        death_signal=signal.SIGKILL,
    )
    while "deaf" not in log.read_text():
        time.sleep(0.02)

    stop(child, signal.SIGTERM, timeout_s=0.2)

    assert child.returncode == -signal.SIGKILL


def test_a_log_that_has_grown_too_long_starts_again(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"x" * 10_000_001)

    spawn(["/bin/echo", "hello"], env={}, log=log, death_signal=signal.SIGKILL).wait()

    assert log.read_text() == "hello\n"


def test_the_last_line_of_a_log_is_the_last_that_says_something(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("first\nFATAL: no room\n\n")

    assert last_line(log) == "FATAL: no room"
    assert last_line(tmp_path / "none") == "no log"
