"""The clients of the drill ``storm``: the same request from all of them at the same moment."""

import http.client
import json
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

PATIENCE_S = 60
IN_PROGRESS = "IDEMPOTENCY_IN_PROGRESS"
REPLAY = "X-Idempotent-Replay"
LIMITED = "RateLimit-Policy"
LONGEST_WAIT_S = 1.0
_SPENT = re.compile(r"app;dur=([0-9.]+)")
OK, MOVED, CONFLICT = 200, 300, 409


@dataclass(frozen=True, slots=True)
class Order:
    """A request that all clients send."""

    path: str
    body: Any
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Met:
    """One answer: what was met, how long it took, and what it said.

    ``seconds`` is what the client waited; ``spent_ms`` what the server says that it took without
    the time that the request queued, where it says so.
    """

    status: int
    code: str
    is_replay: bool
    has_wait: bool
    seconds: float
    body: str
    spent_ms: float | None = None
    is_limited: bool = False


@dataclass
class Journal:
    """What one client wrote down: a line before each request, and one after it."""

    sent: int = 0
    met: list[Met] = field(default_factory=list)

    @property
    def final(self) -> Met | None:
        """Give the answer at which the client stopped asking."""
        last = self.met[-1] if self.met else None
        return None if last is None or last.code == IN_PROGRESS else last


class Connection:
    """One client's connection to the web server."""

    def __init__(self, base_url: str) -> None:
        self.http = http.client.HTTPConnection(urlsplit(base_url).netloc, timeout=PATIENCE_S)
        self.http.connect()

    def send(self, order: Order) -> Met:
        """Send a request and read the answer; a connection that was closed is opened again."""
        said = "" if order.body is None else json.dumps(order.body)
        headers = {"Content-Type": "application/json", **order.headers}
        began = time.perf_counter()
        try:
            self.http.request("POST", order.path, said, headers)
            answer = self.http.getresponse()
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            self.http.close()  # kept alive no longer: the same request again is what a key is for
            self.http.request("POST", order.path, said, headers)
            answer = self.http.getresponse()
        body = answer.read().decode()
        seconds = time.perf_counter() - began
        return Met(
            status=answer.status,
            code=code_of(answer.status, body),
            is_replay=answer.headers.get(REPLAY) == "true",
            has_wait=answer.headers.get("Retry-After", "").isdigit(),
            seconds=seconds,
            body=body,
            spent_ms=spent_ms_of(answer.headers.get("Server-Timing", "")),
            is_limited=LIMITED in answer.headers,
        )


def spent_ms_of(header: str) -> float | None:
    """Read how long the application took; nothing where it does not say."""
    found = _SPENT.search(header)
    return float(found.group(1)) if found else None


def code_of(status: int, body: str) -> str:
    """Give the code of a refusal; empty for what was done."""
    if OK <= status < MOVED:
        return ""
    try:
        return str(json.loads(body)["code"])
    except (ValueError, KeyError):
        return f"{status} without a code"


def release(
    base_url: str, order: Order, clients: int, *, meanwhile: Callable[[], None]
) -> list[Journal]:
    """Let all clients send the request at once, and each again until it has a final answer.

    ``meanwhile`` is done from the moment they are let go.
    """
    journals = [Journal() for _ in range(clients)]
    gate = threading.Barrier(clients + 1)
    threads = [
        threading.Thread(target=insist, args=(base_url, order, gate, journal), daemon=True)
        for journal in journals
    ]
    for thread in threads:
        thread.start()
    gate.wait(PATIENCE_S)
    meanwhile()
    for thread in threads:
        thread.join(PATIENCE_S)
    return journals


def insist(base_url: str, order: Order, gate: threading.Barrier, journal: Journal) -> None:
    """Be one client."""
    connection = Connection(base_url)
    gate.wait(PATIENCE_S)
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        journal.sent += 1
        met = connection.send(order)
        journal.met.append(met)
        if met.code != IN_PROGRESS:
            break
        time.sleep(LONGEST_WAIT_S)
    connection.http.close()


def ask(base_url: str, order: Order) -> Met:
    """Send one request alone."""
    connection = Connection(base_url)
    try:
        return connection.send(order)
    finally:
        connection.http.close()
