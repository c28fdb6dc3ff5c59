"""Connections that are stepped by hand, so that an interleaving is the same every time."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Any, Self

from django.db import connection, connections

PATIENCE_S = 5


class Stepped:
    """One connection in a thread of its own, in a transaction that we begin and end."""

    def __init__(self, alias: str = "default") -> None:
        self._alias = alias
        self._thread = ThreadPoolExecutor(max_workers=1)
        self._pid = 0

    def __enter__(self) -> Self:
        self._pid = self._run(self._begin).result(PATIENCE_S)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._run(self._leave).result(PATIENCE_S)
        self._thread.shutdown()

    def start(self, step: Callable[[], Any]) -> "Future[Any]":
        """Let the connection do something, without waiting for it."""
        return self._run(step)

    def do(self, step: Callable[[], Any]) -> Any:
        """Let the connection do something and give what came of it, a refusal included."""
        return outcome_of(self.start(step))

    def commit(self) -> None:
        """End the transaction for good."""
        self._run(lambda: connections[self._alias].commit()).result(PATIENCE_S)

    def rollback(self) -> None:
        """End the transaction as if it had never been."""
        self._run(lambda: connections[self._alias].rollback()).result(PATIENCE_S)

    def is_waiting(self) -> bool:
        """Say whether the connection comes to wait for another one's lock."""
        for _ in range(200):
            with connection.cursor() as cursor:
                cursor.execute("SELECT cardinality(pg_blocking_pids(%s::int))", [self._pid])
                if cursor.fetchone()[0]:
                    return True
            time.sleep(0.005)
        return False

    def _run(self, step: Callable[[], Any]) -> "Future[Any]":
        return self._thread.submit(step)

    def _begin(self) -> int:
        own = connections[self._alias]
        with own.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            pid = int(cursor.fetchone()[0])
        own.set_autocommit(False)
        return pid

    def _leave(self) -> None:
        connections[self._alias].rollback()
        connections[self._alias].close()


def outcome_of(future: "Future[Any]") -> Any:
    """Give the result, or the kind of refusal."""
    refusal = future.exception(PATIENCE_S)
    return type(refusal) if refusal is not None else future.result()
