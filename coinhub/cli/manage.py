"""``manage``: a management command with the settings of the running installation."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from coinhub.cli import installation
from coinhub.core.embedded.errors import CannotRun
from coinhub.core.embedded.state import State

OWNER_COMMANDS = frozenset({"migrate", "bootstrap", "replay", "reseal", "advance_ids"})


def run(arguments: Sequence[str], state_dir: Path) -> int:
    """Become the management command, so that its exit code and signals are ours.

    Raises: CannotRun.
    """
    if not arguments:
        raise CannotRun("manage needs a command; python3 -m coinhub manage help lists them")
    environment = installation.running_settings(State(state_dir))
    if arguments[0] not in OWNER_COMMANDS:
        environment = installation.without_owner(environment)
    environment["COINHUB_PROCESS"] = f"manage {arguments[0]}"[:63]
    sys.stdout.flush()
    os.execve(sys.executable, [sys.executable, "-m", "django", *arguments], environment)
