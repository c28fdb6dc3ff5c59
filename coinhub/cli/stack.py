"""One whole installation: servers, database, web, worker and scheduler."""

import http.client
import json
import shutil
import subprocess
import sys
from dataclasses import dataclass, field

from coinhub.cli import installation
from coinhub.cli.console import progress
from coinhub.cli.environment import PROJECT
from coinhub.cli.installation import HOST
from coinhub.cli.supervisor import Child, Supervisor
from coinhub.core.embedded import servers
from coinhub.core.embedded.errors import CannotRun
from coinhub.core.embedded.processes import last_line, wait_until
from coinhub.core.embedded.servers import Servers
from coinhub.core.embedded.state import Running, State

ANSWER_TIMEOUT_S = 90


@dataclass
class Stack:
    """An installation on a state folder that is open and locked by us."""

    state: State
    port: int
    workers: int = 2
    is_closed: bool = False  # only the servers, so that a ledger that may not serve can be repaired
    extra: dict[str, str] = field(default_factory=dict)
    supervisor: Supervisor = field(default_factory=Supervisor)
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def base_url(self) -> str:
        """Where the pages are."""
        return f"http://{HOST}:{self.port}"

    def start(self) -> bool:
        """Start everything and wait for a page; tell whether the demo people are there.

        Raises: CannotRun.
        """
        wanted = installation.wanted_servers()
        made, secrets = servers.prepare(self.state, postgres=wanted.postgres, valkey=wanted.valkey)
        if not made.is_inside(self.state.folder):
            progress(f"{self.state.folder} is closed to 'nobody': the data is kept in /var/lib")
        self._start_servers(made)
        everything = installation.settings(
            secrets, self.state, base_url=self.base_url, addresses=made.addresses()
        )
        if made.postgres is not None:
            everything["COINHUB_PGBIN"] = str(made.postgres.binaries)
        self.environment = everything | self.extra
        self._say_running()
        if self.is_closed:
            return False
        has_demo = fill_database(self.environment, self.state)
        self._start_processes()
        return has_demo

    def stop(self) -> None:
        """End everything in the opposite order and give the state folder back."""
        self.supervisor.stop()
        self.state.unlock()

    def _start_servers(self, made: Servers) -> None:
        made.start(progress)
        for server in reversed(made.all):  # so that PostgreSQL is the last to stop
            self.supervisor.add(server, is_started=True)

    def _start_processes(self) -> None:
        progress("starting web, worker and scheduler")
        web = self._web()
        self.supervisor.add(self._worker())
        self.supervisor.add(web)
        self.supervisor.add(self._beat())
        if web.process is None or not wait_until(
            self._answers, process=web.process, timeout_s=ANSWER_TIMEOUT_S
        ):
            raise CannotRun(f"the web process does not answer: {last_line(web.log)} ({web.log})")

    def _say_running(self) -> None:
        known = self.environment
        self.state.say_running(
            Running(
                base_url=known["BASE_URL"],
                database_url=known["DATABASE_URL"],
                database_owner_url=known["DATABASE_OWNER_URL"],
                database_admin_url=known.get("DATABASE_ADMIN_URL"),
                valkey_url=known["VALKEY_URL"],
            )
        )

    def _web(self) -> Child:
        metrics = self.state.folder / "metrics"
        shutil.rmtree(metrics, ignore_errors=True)
        metrics.mkdir(mode=0o700)
        extra = {
            "PROMETHEUS_MULTIPROC_DIR": str(metrics),
            "COINHUB_BIND": f"{HOST}:{self.port}",
            "COINHUB_WEB_WORKERS": str(self.workers),
        }
        command = ["gunicorn", "--config=python:coinhub.gunicorn", "coinhub.wsgi:application"]
        return self._child("web", command, extra)

    def _worker(self) -> Child:
        options = ["--concurrency=1", "--loglevel=INFO", "--without-gossip", "--without-mingle"]
        return self._child("worker", ["coinhub.cli.background", "worker", *options], {})

    def _beat(self) -> Child:
        schedule = self.state.folder / "beat"
        schedule.mkdir(mode=0o700, exist_ok=True)
        options = ["--loglevel=INFO", f"--schedule={schedule / 'schedule'}", "--pidfile="]
        return self._child("beat", ["coinhub.cli.background", "beat", *options], {})

    def _child(self, name: str, command: list[str], extra: dict[str, str]) -> Child:
        return Child(
            name=name,
            argv=[sys.executable, "-m", *command],
            env=installation.without_owner(self.environment) | {"COINHUB_PROCESS": name} | extra,
            log=self.state.logs / f"{name}.log",
            cwd=PROJECT,
        )

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == http.HTTPStatus.OK
        except OSError:
            return False
        finally:
            connection.close()


def fill_database(environment: dict[str, str], state: State, *, demo: bool = True) -> bool:
    """Migrate, make what must be there, and fill an empty database with the demo.

    Raises: CannotRun.
    """
    progress("preparing the database")
    log = state.logs / "prepare.log"
    with log.open("wb") as output:
        done = subprocess.run(
            [sys.executable, "-m", "coinhub.cli.prepare", *(["--demo"] if demo else [])],
            env=environment | {"COINHUB_PROCESS": "prepare"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=output,
            cwd=PROJECT,
            check=False,
        )
    if done.returncode != 0:
        raise CannotRun(f"the database cannot be prepared: {last_line(log)} ({log})")
    *notes, result = done.stdout.decode().strip().splitlines() or ["{}"]
    for note in notes:
        progress(note)
    return bool(json.loads(result).get("has_demo"))
