"""Celery's command line, with pool processes that never outlive their master."""

import os
import signal
import sys
from typing import Any

from celery.__main__ import main as celery_main
from celery.signals import worker_process_init

from coinhub.core.embedded.processes import die_with_parent

MASTER_PID = os.getpid()


@worker_process_init.connect(weak=False)
def tie_to_master(**_: Any) -> None:
    """A killed master must not leave a pool process that takes work nobody counts."""
    die_with_parent(signal.SIGKILL, MASTER_PID)


if __name__ == "__main__":
    sys.argv = ["celery", "-A", "coinhub.celery", *sys.argv[1:]]
    celery_main()
