"""``demo-code``: the one-time code of a demo person, for the sandbox."""

from collections.abc import Sequence
from pathlib import Path

from coinhub.cli import manage
from coinhub.core.embedded.errors import CannotRun


def run(arguments: Sequence[str], state_dir: Path) -> int:
    """Ask the installation; only it knows the secret.

    Raises: CannotRun.
    """
    if len(arguments) != 1:
        raise CannotRun("demo-code needs one e-mail address")
    return manage.run(["demo_code", arguments[0]], state_dir)
