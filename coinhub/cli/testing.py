"""``test``: pytest with its own throw-away servers."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from coinhub.cli import installation
from coinhub.cli.environment import PROJECT

WORKERS = "2"


def run(arguments: Sequence[str], state_dir: Path) -> int:
    """Become pytest; the caller's arguments come last, so they win."""
    environment = dict(os.environ) | installation.python_path()
    os.chdir(PROJECT)
    command = [sys.executable, "-m", "pytest", "-p", "tests.embedded_plugin"]
    if not chooses_workers(arguments):
        command += ["-n", WORKERS]
    sys.stdout.flush()
    os.execve(sys.executable, [*command, *arguments], environment)


def chooses_workers(arguments: Sequence[str]) -> bool:
    """Tell whether the caller has said how many processes to use, or needs a single one."""
    alone = {"--pdb", "-s", "--collect-only", "--co", "--fixtures", "--markers", "--version"}
    return any(
        argument.startswith(("-n", "--numprocesses", "--dist"))
        or argument in alone
        or "xdist" in argument
        for argument in arguments
    )
