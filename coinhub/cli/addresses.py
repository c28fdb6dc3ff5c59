"""``env``: where the running installation is reached."""

from collections.abc import Sequence
from pathlib import Path

from coinhub.cli import installation
from coinhub.cli.console import say
from coinhub.core.embedded.errors import CannotRun
from coinhub.core.embedded.state import State


def run(arguments: Sequence[str], state_dir: Path) -> int:
    """Print a line for each address.

    Raises: CannotRun.
    """
    if arguments:
        raise CannotRun(f"env takes no argument {arguments[0]!r}")
    running = State(state_dir).running()
    for name, value in installation.addresses_of(running).items():
        say(f"{name}={value}")
    say(f"BASE_URL={running.base_url}")
    return 0
