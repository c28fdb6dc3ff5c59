"""``check``: everything that can be said about the source without running the tests."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from coinhub.cli import installation
from coinhub.cli.console import say
from coinhub.cli.environment import PROJECT
from coinhub.core.embedded import throwaway
from coinhub.core.embedded.errors import CannotRun

ROOMS = ["coinhub", "kyc", "wallets", "integrity"]
CHECKS = {
    "formatting": ["ruff", "format", "--check", "."],
    "lint": ["ruff", "check", "."],
    "imports": ["lint-imports"],
    "types": ["mypy", "."],
    "SQL": ["sqlfluff", "lint", "--disable-progress-bar", *ROOMS],
    "migrations": ["python", "-m", "django", "makemigrations", "--check", "--dry-run"],
    "settings": ["python", "-m", "django", "check"],
    "deployment": ["python", "-m", "django", "check", "--deploy", "--fail-level=WARNING"],
}
# What an operator sets; the deployment check looks at the settings that follow from it.
PRODUCTION = {
    "COINHUB_ENVIRONMENT": "production",
    "COINHUB_SANDBOX": "false",
    "COINHUB_RATE_LIMITS": "true",
    "BASE_URL": "https://coinhub.example.com",
    "ALLOWED_HOSTS": "coinhub.example.com",
}


def run(arguments: Sequence[str], state_dir: Path) -> int:
    """Run the checks named, or all; every one runs, so that one look shows everything.

    Raises: CannotRun.
    """
    unknown = [name for name in arguments if name not in CHECKS]
    if unknown:
        raise CannotRun(f"no check {unknown[0]!r}; there are: {', '.join(CHECKS)}")
    with throwaway.running(valkey=False) as (state, servers):
        addresses = servers.addresses() | {"VALKEY_URL": "unix:///nowhere"}
        environment = installation.settings(
            state.secrets(), state, base_url="http://testserver", addresses=addresses
        )
        names = arguments or list(CHECKS)
        failed = [name for name in names if not passes(name, environment)]
    say(f"check: {len(names) - len(failed)} of {len(names)} passed")
    return 1 if failed else 0


def passes(name: str, environment: dict[str, str]) -> bool:
    """Run one check and show what it says when it is not content."""
    program, *arguments = CHECKS[name]
    environment = environment | (PRODUCTION if name == "deployment" else {})
    folder = Path(sys.executable).parent
    done = subprocess.run(
        [str(folder / program), *arguments],
        env=environment | {"PATH": f"{folder}{os.pathsep}{environment.get('PATH', os.defpath)}"},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    say(f"{'ok    ' if done.returncode == 0 else 'FAILED'} {name}")
    if done.returncode != 0:
        say(done.stdout + done.stderr)
    return done.returncode == 0
