"""Many clients at once: processes with threads, each client with a database connection of its own.

Processes, because one interpreter runs one thread at a time; threads in them, because a process for
each of hundreds of clients is too much for a small machine.
"""

import multiprocessing
import os
import pickle
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

import django

CONTEXT = multiprocessing.get_context("spawn")  # a fork would share the parent's connections
START_TIMEOUT_S = 120


class ClientFailed(RuntimeError):
    """A client ended by an exception nobody expected; the message is its traceback."""


@dataclass(frozen=True)
class Failed:
    """How a client ended when it should not have."""

    trace: str


def run(
    work: Callable[[Any], Any],
    arguments: Sequence[Any],
    *,
    processes: int = 2,
    database_url: str | None = None,
) -> list[Any]:
    """Run ``work(argument)`` once for each argument, all at the same moment, and give the results.

    ``work`` is a function of a module, not a closure: other processes import it. It finds Django
    set up and the connection of its own open; the results come in the order of the arguments.

    Raises: ClientFailed.
    """
    groups = [list(range(start, len(arguments), processes)) for start in range(processes)]
    gate = CONTEXT.Barrier(len(arguments))
    started = []
    for group in filter(None, groups):
        here, there = CONTEXT.Pipe(duplex=False)
        # Packed here and opened there only once Django is set up, for it imports models.
        packed = pickle.dumps((work, [arguments[place] for place in group]))
        process = CONTEXT.Process(target=_clients, args=(packed, gate, there))
        with as_the_application(database_url):
            process.start()
        there.close()
        started.append((process, here, group))
    results: list[Any] = [Failed("its process ended without a word")] * len(arguments)
    for process, here, group in started:
        try:
            for place, result in zip(group, here.recv(), strict=True):
                results[place] = result
        except EOFError:
            gate.abort()  # the others must not wait for it
        process.join()
    for result in results:
        if isinstance(result, Failed) and "BrokenBarrierError" not in result.trace:
            raise ClientFailed(result.trace)
    return results


def _clients(packed: bytes, gate: Any, answer: Connection) -> None:
    django.setup()
    work, arguments = pickle.loads(packed)  # noqa: S301  # our own parent's
    results: list[Any] = [None] * len(arguments)
    threads = [
        threading.Thread(target=_client, args=(work, argument, gate, results, place))
        for place, argument in enumerate(arguments)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answer.send(results)


def _client(
    work: Callable[[Any], Any], argument: Any, gate: Any, results: list[Any], place: int
) -> None:
    from django.db import connection, connections

    try:
        connection.ensure_connection()
        gate.wait(START_TIMEOUT_S)
        results[place] = work(argument)
    except BaseException:  # noqa: BLE001  # whatever ended the client is told to the parent
        gate.abort()
        results[place] = Failed(traceback.format_exc())
    finally:
        connections.close_all()


@contextmanager
def as_the_application(database_url: str | None) -> Iterator[None]:
    """Give a process started now the application's address alone, and perhaps another one."""
    before = {name: os.environ.get(name) for name in ("DATABASE_URL", "DATABASE_OWNER_URL")}
    os.environ.pop("DATABASE_OWNER_URL", None)
    if database_url:
        os.environ["DATABASE_URL"] = database_url
    try:
        yield
    finally:
        for name, value in before.items():
            if value is not None:
                os.environ[name] = value
