"""The order of the benchmark: all cases of a round after one another, round after round."""

import os
import sys
import urllib.parse
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec

import psycopg
from django.db import connections

from coinhub.bench import fees, over_http, pgbench, rows, stage
from coinhub.bench.clients import CONTEXT, WARM_UP_S, Clients, Measured
from coinhub.bench.hordak_case import build as build_hordak
from coinhub.bench.rows import Row

SMALL = 10_000
HORDAK = "bench_hordak"


@dataclass(frozen=True)
class Plan:
    """How long and how much."""

    rounds: int = 5
    seconds: float = 4.0
    clients: int = 8
    large: int = 200_000


@dataclass(frozen=True)
class Addresses:
    """Where the databases are."""

    application: str
    owner: str
    admin: str

    @classmethod
    def from_environment(cls) -> "Addresses":
        """Read the addresses that the runner gives."""
        return cls(*(os.environ[f"DATABASE_{who}URL"] for who in ("", "OWNER_", "ADMIN_")))

    def named(self, name: str) -> "Addresses":
        """Give the same of another database on the server."""
        return Addresses(*(_named(url, name) for url in (self.application, self.owner, self.admin)))

    @property
    def name(self) -> str:
        """Name the database."""
        return urllib.parse.urlsplit(self.application).path.lstrip("/")


def _named(url: str, name: str) -> str:
    return urllib.parse.urlsplit(url)._replace(path=f"/{name}").geturl()


def say(text: str) -> None:
    """Tell the person who waits what goes on."""
    sys.stderr.write(f"bench: {text}\n")
    sys.stderr.flush()


def run(plan: Plan) -> list[Row]:
    """Measure everything.

    Writes: thousands of payments and two copies of the database; only for throw-away servers.
    """
    where = Addresses.from_environment()
    say("preparing wallets")
    # The runner's address of the superuser names the maintenance database.
    where = Addresses(where.application, where.owner, _named(where.admin, where.name))
    place = stage.build(where.admin)
    connections.close_all()
    history = growth(plan, where, place)  # first: its copies must not hold what speed books
    return [*speed(plan, where, place), *houses(plan, where, place), *history]


def speed(plan: Plan, where: Addresses, place: stage.Stage) -> list[Row]:
    """Measure booking from Django against its references."""
    rates: dict[str, list[Measured]] = defaultdict(list)
    with ExitStack() as stack:
        cases = _cases(plan, where, place, stack)
        for case in cases.values():
            case(WARM_UP_S, 0)
        for number in range(1, plan.rounds + 1):
            say(f"round {number} of {plan.rounds}: {', '.join(cases)}")
            for name in in_turn(cases, number):
                rates[name].append(cases[name](plan.seconds, number))
    found = []
    for (name, reference), (words, reach) in rows.CASES.items():
        if reference not in rates:
            found.append(rows.skipped(words, reach, f"{reference} is not installed"))
            continue
        figures, references = ([m.rate for m in rates[each]] for each in (name, reference))
        found.append(rows.against(words, figures, references, reach))
    cpu = [measured.cpu_us for measured in rates["one_client"]]
    return [*found, rows.at_most("Python CPU of that transfer by one client, us", cpu, rows.CPU_US)]


def houses(plan: Plan, where: Addresses, place: stage.Stage) -> list[Row]:
    """Measure the fee that everybody pays into one wallet, and the way through the web server."""
    say(f"a fee to the house, {plan.rounds} rounds")
    fee = fees.measure(
        place,
        database_url=where.application,
        rounds=plan.rounds,
        seconds=plan.seconds,
        order=in_turn,
    )
    say(f"over HTTP, {plan.rounds} rounds")
    over = over_http.measure(place, rounds=plan.rounds, seconds=plan.seconds, order=in_turn)
    return [fee, over]


def in_turn(names: Iterable[str], number: int) -> list[str]:
    """Give the names forwards in one round and backwards in the next: nobody is always first."""
    return list(names)[:: 1 if number % 2 else -1]


Case = Callable[[float, int], Measured]


def _cases(plan: Plan, where: Addresses, place: stage.Stage, stack: ExitStack) -> dict[str, Case]:
    ours = stack.enter_context(
        Clients(
            plan.clients,
            environment={"DATABASE_OWNER_URL": where.owner},
            module="coinhub.bench.cases",
            stage=place,
        )
    )

    def bare(seconds: float, number: int) -> Measured:
        return Measured(_pgbench("post_journal", plan, where, place, seconds, number), 0.0)

    cases: dict[str, Case] = {"pgbench": bare}
    for name in ("post_journal", "transfer", "orm"):
        cases[name] = partial(ours.measure, name)
    # Alone: what other clients throw out of the processor's caches is not this one's cost.
    cases["one_client"] = partial(ours.measure, "transfer", alone=True)
    if find_spec("hordak"):
        theirs = stack.enter_context(_hordak(plan, where))
        for name in ("hordak", "hordak_checked"):
            cases[name] = partial(theirs.measure, name)
    return cases


def _hordak(plan: Plan, where: Addresses) -> Clients:
    with psycopg.connect(where.admin, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {HORDAK}")
        connection.execute(f"CREATE DATABASE {HORDAK} OWNER coinhub_owner")
    environment = {
        "DATABASE_URL": where.named(HORDAK).owner,
        "DJANGO_SETTINGS_MODULE": "coinhub.bench.hordak_settings",
    }
    before = {name: os.environ[name] for name in environment if name in os.environ}
    os.environ.update(environment)
    builder = CONTEXT.Process(target=build_hordak)
    builder.start()
    os.environ.update(before)
    builder.join()
    if builder.exitcode:
        raise RuntimeError("django-hordak's tables could not be made")
    return Clients(
        plan.clients, environment=environment, module="coinhub.bench.hordak_case", stage=None
    )


def _pgbench(
    script: str, plan: Plan, where: Addresses, place: stage.Stage, seconds: float, number: int
) -> float:
    return pgbench.rate(
        f"{script}.pgbench",
        database_url=where.application,
        clients=plan.clients,
        seconds=seconds,
        variables={**place.variables, "round": number, "n": 0},
    )


def growth(plan: Plan, where: Addresses, place: stage.Stage) -> list[Row]:
    """Measure what a long history costs, on two copies that differ in nothing else."""
    copies = {"small": SMALL, "large": plan.large}
    sizes = {}
    for name, postings in copies.items():
        say(f"loading {postings:,} postings")
        stage.copy(_named(where.admin, "postgres"), where.name, f"bench_{name}")
        sizes[name] = stage.lengthen(where.named(f"bench_{name}").admin, place, postings)
    rates: dict[tuple[str, str], list[float]] = defaultdict(list)
    for number in range(plan.rounds + 1):
        say(f"history, round {number} of {plan.rounds}" if number else "history, warming up")
        for script in rows.GROWTH:
            for name in in_turn(copies, number):
                there = where.named(f"bench_{name}")
                rate = _pgbench(script, plan, there, place, plan.seconds, 1000 + number)
                if number:
                    rates[script, name].append(rate)
    for name in copies:
        stage.drop(_named(where.admin, "postgres"), f"bench_{name}")
    return [
        rows.against(words.format(**sizes), rates[script, "large"], rates[script, "small"], reach)
        for script, (words, reach) in rows.GROWTH.items()
    ]
