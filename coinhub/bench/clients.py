"""Client processes that wait for an order, repeat one thing for a while, and say how it went.

As CoinHub is served: a process for each core, in each a few threads with a connection of its own.
"""

import multiprocessing
import os
import pickle
import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any

import django

CONTEXT = multiprocessing.get_context("spawn")
HEAD_START_S = 0.2
WARM_UP_S = 0.5
MOST_THREADS = 64
Act = Callable[[random.Random, str], object]


@dataclass(frozen=True)
class Measured:
    """What the clients did together."""

    rate: float
    cpu_us: float


class Clients:
    """So many connections for a kind of work, on a few processes."""

    def __init__(
        self,
        connections: int,
        *,
        environment: dict[str, str],
        module: str,
        stage: object,
        processes: int = 2,
    ) -> None:
        """Start the processes; they import ``module``, which offers ``prepare(case, stage)``."""
        self.ends: list[Connection] = []
        self.processes = []
        self.threads = connections // processes
        packed = pickle.dumps(stage)  # opened there only once Django is set up
        with _environment(environment):
            for _ in range(processes):
                here, there = CONTEXT.Pipe()
                process = CONTEXT.Process(target=_serve, args=(there, module, packed), daemon=True)
                process.start()
                self.ends.append(here)
                self.processes.append(process)

    def measure(self, case: str, seconds: float, mark: int, *, alone: bool = False) -> Measured:
        """Let all of them, or one alone, do one thing at the same time for so long."""
        start = time.monotonic() + HEAD_START_S
        ends, threads = (self.ends[:1], 1) if alone else (self.ends, self.threads)
        for number, end in enumerate(ends):
            end.send((case, start, seconds, f"{mark}.{number}.{threads}", threads))
        answers = [end.recv() for end in ends]
        for answer in answers:
            if isinstance(answer, str):
                raise RuntimeError(answer)
        done, took, cpu = (sum(column) for column in zip(*answers, strict=True))
        return Measured(done / (took / len(answers)), cpu * 1e6 / max(done, 1))

    def __enter__(self) -> "Clients":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for end in self.ends:
            end.close()
        for process in self.processes:
            process.join(10)


def _serve(end: Connection, module: str, packed: bytes) -> None:
    django.setup()
    stage = pickle.loads(packed)  # noqa: S301  # our own parent's
    prepare: Callable[[str, Any], Act]
    prepare = import_module(module).prepare
    ready: dict[str, Act] = {}
    pool = ThreadPoolExecutor(MOST_THREADS)  # kept, for a connection belongs to a thread
    while True:
        try:
            case, start, seconds, name, threads = end.recv()
        except EOFError:
            return
        try:
            if case not in ready:
                ready[case] = prepare(case, stage)
            end.send(_together(ready[case], start, seconds, name, pool, threads))
        except Exception as error:  # noqa: BLE001  # the parent tells it
            end.send(f"{type(error).__name__}: {error}")


def _together(
    act: Act, start: float, seconds: float, name: str, pool: ThreadPoolExecutor, threads: int
) -> tuple[int, float, float]:
    cpu = time.process_time()
    repeats = [
        pool.submit(_repeat, act, start, seconds, f"{name}.{number}") for number in range(threads)
    ]
    done = [repeat.result() for repeat in repeats]
    return sum(count for count, _ in done), max(t for _, t in done), time.process_time() - cpu


def _repeat(act: Act, start: float, seconds: float, name: str) -> tuple[int, float]:
    chance = random.Random(name)  # noqa: S311  # repeatable, not secret
    time.sleep(max(start - time.monotonic(), 0))
    done, began = 0, time.monotonic()
    end = began + seconds
    while time.monotonic() < end:
        act(chance, f"{name}.{done}")
        done += 1
    return done, time.monotonic() - began


@contextmanager
def _environment(given: dict[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(given)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
