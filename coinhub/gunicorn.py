"""gunicorn's configuration: threads, one copy of the code, and workers that end with the master."""

import os
import signal
from typing import Any

from coinhub.core.embedded.processes import die_with_parent

bind = os.environ.get("COINHUB_BIND", "127.0.0.1:8000")
workers = int(os.environ.get("COINHUB_WEB_WORKERS", "2"))
threads = int(os.environ.get("COINHUB_WEB_THREADS", "8"))
worker_class = "gthread"
preload_app = True
control_socket_disable = True
# A worker's heartbeat is a file; on a disk it can stall behind the database's writes.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108
timeout = 60
graceful_timeout = 10
keepalive = 5
accesslog = None  # our middleware writes the request log
errorlog = "-"
proc_name = "coinhub-web"


def pre_fork(server: Any, worker: Any) -> None:
    """Close what start-up checks have opened: a connection must not be shared by two processes."""
    from django.db import connections

    for connection in connections.all(initialized_only=True):
        connection.close()


def post_fork(server: Any, worker: Any) -> None:
    """Tie the worker to its master, so that ``kill -9`` of the master leaves nothing behind."""
    die_with_parent(signal.SIGKILL, worker.ppid)


def child_exit(server: Any, worker: Any) -> None:
    """Take a dead worker's gauges out of the metrics."""
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
