"""pgbench: PostgreSQL's own client, the reference that has no Python in it."""

import os
import re
import subprocess
import urllib.parse
from collections.abc import Mapping
from pathlib import Path

from coinhub.core.db import ROOT

RATE = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)


def rate(
    script: str, *, database_url: str, clients: int, seconds: float, variables: Mapping[str, int]
) -> float:
    """Run a script with so many connections for so long; give transactions in a second."""
    command = [str(program()), "-n", "-M", "prepared", "-c", str(clients), "-j", "2"]
    command += ["-T", str(max(round(seconds), 1)), "-f", str(ROOT / "coinhub/bench/sql" / script)]
    for name, value in variables.items():
        command += ["-D", f"{name}={value}"]
    done = subprocess.run(  # noqa: S603  # the command is ours
        command, env=environment(database_url), capture_output=True, text=True, check=False
    )
    found = RATE.search(done.stdout)
    if done.returncode or not found:
        raise RuntimeError(f"pgbench: {done.stderr.strip()[-600:]}")
    return float(found.group(1))


def program() -> Path:
    """Find pgbench among the embedded server's programs, or on the path."""
    folder = os.environ.get("COINHUB_PGBIN")
    return Path(folder) / "pgbench" if folder else Path("pgbench")


def environment(database_url: str) -> dict[str, str]:
    """Pass the address in the environment, where no list of processes shows the password."""
    url = urllib.parse.urlsplit(database_url)
    given = dict(urllib.parse.parse_qsl(url.query))
    parts = {
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGHOST": given.get("host") or url.hostname,
        "PGPORT": given.get("port") or (str(url.port) if url.port else None),
        "PGDATABASE": url.path.lstrip("/"),
    }
    found = {name: urllib.parse.unquote(value) for name, value in parts.items() if value}
    return {**os.environ, **found}
