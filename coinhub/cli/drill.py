"""``drill``: a drill against the running installation, or against one of its own."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from coinhub.cli import installation
from coinhub.cli.console import progress
from coinhub.cli.stack import Stack
from coinhub.cli.supervisor import Ended, be_deaf, listen_for_the_end
from coinhub.core.embedded import throwaway
from coinhub.core.embedded.state import State
from coinhub.drills import options

STOPPED = 130
# A drill is one caller that behaves like many; the limits of a caller are not what it looks at.
WEB_PROCESSES = 4
NO_RATE_LIMITS = {"COINHUB_RATE_LIMITS": "off"}


def run(arguments: Sequence[str], state_dir: Path) -> int:
    """Run a drill and pass its exit code on.

    Raises: CannotRun.
    """
    drill = options.read(list(arguments))  # before anything is started for what cannot be
    command = [sys.executable, "-m", "coinhub.drills", *arguments]
    state = State(state_dir)
    if state.is_locked():
        extra = NO_RATE_LIMITS if drill.name in options.IN_THIS_PROCESS else {}
        environment = installation.running_settings(state) | extra
        return subprocess.run(command, env=environment, check=False).returncode
    state.open()
    try:
        listen_for_the_end()
        return run_on_its_own(command, state_dir)
    except Ended:
        return STOPPED
    finally:
        be_deaf()


def run_on_its_own(command: list[str], state_dir: Path) -> int:
    """Start an installation for the drill alone, and look after it meanwhile."""
    progress("nothing is running here: starting an installation for the drill")
    with throwaway.folder(state_dir) as home:
        state = State(home)
        state.open()
        state.lock()
        stack = Stack(
            state=state,
            port=installation.free_port(),
            workers=WEB_PROCESSES,
            extra=NO_RATE_LIMITS,
        )
        try:
            stack.start()
            drill = subprocess.Popen(command, env=stack.environment)
            stack.supervisor.run(until=lambda: drill.poll() is not None)
            return drill.returncode
        finally:
            be_deaf()
            stack.stop()
