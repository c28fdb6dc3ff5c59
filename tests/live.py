"""A web server of several processes on the test database, for tests that need real ones."""

import http.client
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from django.db import connections

from coinhub.cli.installation import HOST, free_port, without_owner
from coinhub.drills.crowd import as_the_application

PATIENCE_S = 60


def database_address() -> str:
    """Give the address at which other processes find the test database."""
    address = urlsplit(os.environ["DATABASE_URL"])
    return address._replace(path=f"/{connections['default'].settings_dict['NAME']}").geturl()


@contextmanager
def live_site(*, workers: int = 2, **settings: str) -> Iterator[str]:
    """Start gunicorn as an installation runs it; give the address of its pages."""
    address = f"{HOST}:{free_port()}"
    with as_the_application(database_address()):
        environment = without_owner(os.environ) | {
            "BASE_URL": f"http://{address}",
            "COINHUB_BIND": address,
            "ALLOWED_HOSTS": HOST,
            "COINHUB_WEB_WORKERS": str(workers),
            **settings,
        }
    command = [sys.executable, "-m", "gunicorn", "--config", "python:coinhub.gunicorn"]
    with tempfile.TemporaryFile() as log:
        server = subprocess.Popen(
            [*command, "coinhub.wsgi:application"], env=environment, stdout=log, stderr=log
        )
        try:
            if not _answers(server, address):
                log.seek(0)
                raise RuntimeError(f"gunicorn: {log.read()[-2000:].decode(errors='replace')}")
            yield f"http://{address}"
        finally:
            server.terminate()
            server.wait(PATIENCE_S)
            connections.close_all()


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
