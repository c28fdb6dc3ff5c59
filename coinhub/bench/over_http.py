"""CoinHub's own web server, measured over HTTP against a view of it that does nothing."""

import http.client
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from coinhub.bench import rows
from coinhub.bench.clients import WARM_UP_S, Clients
from coinhub.bench.rows import Row
from coinhub.bench.stage import Stage
from coinhub.cli.installation import HOST, free_port, without_owner

WORKERS = 2
CLIENTS = 8
CASES = ("http_transfer", "http_empty")
PATIENCE_S = 60


def measure(place: Stage, *, rounds: int, seconds: float, order: rows.Order) -> Row:
    """Measure transfers over HTTP against an empty authenticated view on the same server.

    Raises: RuntimeError when the server does not start, or answers what it should not.
    """
    rates: dict[str, list[float]] = defaultdict(list)
    with serving() as address:
        clients = Clients(
            CLIENTS,
            environment={"COINHUB_BIND": address},
            module="coinhub.bench.http_case",
            stage=place,
        )
        with clients:
            for number in range(rounds + 1):
                for case in order(CASES, number):
                    measured = clients.measure(case, seconds if number else WARM_UP_S, number)
                    if number:
                        rates[case].append(measured.rate)
    words = f"authenticated HTTP transfer, {WORKERS} threaded workers, against an empty view"
    return rows.against(words, rates["http_transfer"], rates["http_empty"], rows.HTTP_REACH)


@contextmanager
def serving() -> Iterator[str]:
    """Start gunicorn as an installation runs it; give where it listens."""
    address = f"{HOST}:{free_port()}"
    environment = without_owner(os.environ) | {
        "DJANGO_SETTINGS_MODULE": "coinhub.bench.http_settings",
        "COINHUB_BIND": address,
        "ALLOWED_HOSTS": HOST,
        "COINHUB_WEB_WORKERS": str(WORKERS),
        "COINHUB_RATE_LIMITS": "false",
    }
    command = [sys.executable, "-m", "gunicorn", "--config", "python:coinhub.gunicorn"]
    with tempfile.TemporaryFile() as log:
        server = subprocess.Popen(  # noqa: S603  # the command is ours
            [*command, "coinhub.wsgi:application"], env=environment, stdout=log, stderr=log
        )
        try:
            if not _answers(server, address):
                log.seek(0)
                raise RuntimeError(f"gunicorn: {log.read()[-1000:].decode(errors='replace')}")
            yield address
        finally:
            server.terminate()
            server.wait(PATIENCE_S)


def _answers(server: "subprocess.Popen[bytes]", address: str) -> bool:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end and server.poll() is None:
        connection = http.client.HTTPConnection(address, timeout=5)
        try:
            connection.request("GET", "/healthz")
            if connection.getresponse().status == http.HTTPStatus.OK:
                return True
        except OSError:
            time.sleep(0.2)
        finally:
            connection.close()
    return False
