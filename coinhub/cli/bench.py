"""``bench``: the benchmark on its own servers, as durable as the real ones."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from coinhub.cli import installation
from coinhub.cli.stack import fill_database
from coinhub.cli.supervisor import Ended, be_deaf, listen_for_the_end
from coinhub.core.embedded import throwaway
from coinhub.core.embedded.state import State

STOPPED = 130
# Room for a long history, so that the ledger is measured and not the default size of a cache.
SETTINGS = {"shared_buffers": "512MB", "max_wal_size": "4GB"}


def run(arguments: Sequence[str], state_dir: Path) -> int:
    """Run the benchmark and pass its exit code on.

    The servers live below the state folder: a temporary folder may be memory and flatter us.

    Raises: CannotRun.
    """
    State(state_dir).open()
    try:
        listen_for_the_end()
        with throwaway.running(state_dir, durable=True, settings=SETTINGS) as (state, servers):
            environment = installation.settings(
                state.secrets(), state, base_url="http://testserver", addresses=servers.addresses()
            )
            if servers.postgres is not None:
                environment["COINHUB_PGBIN"] = str(servers.postgres.binaries)
            fill_database(environment, state, demo=False)
            return subprocess.run(
                [sys.executable, "-m", "coinhub.bench", *arguments], env=environment, check=False
            ).returncode
    except Ended:
        return STOPPED
    finally:
        be_deaf()
