"""The drill ``authz-matrix``: every route and every kind of caller against the declared table."""

import json
import logging
import statistics
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any
from uuid import uuid4

from coinhub.cli.console import progress
from coinhub.drills import authz_cast, authz_routes, authz_table
from coinhub.drills.authz_cast import UNKNOWN, Cast
from coinhub.drills.authz_routes import Route
from coinhub.drills.authz_table import CALLERS, Row

BODIES = Path(__file__).with_name("authz_bodies.json")
# The owner comes last, and operations before: what they end or remove is there for everybody else.
LAST = ("operations", "owner")
ORDER = (*(caller for caller in CALLERS if caller not in LAST), *LAST)
MOST_DIFFERENCE_MS = 5.0
MS = 1000
TELL_EVERY = 50  # routes
# Which of a customer's things a route is about, where its address does not say; and what pages have
# of their own, because what the API removed is not there any more.
NAMES = {"recall": "waiting", "cancel": "withdrawal"}
PAGE_NAMES = {"recall": "sent", "destination": "another_destination"}
ABOUT_THE_CALL = ("request_id", "instance")  # members that name the call itself


@dataclass(frozen=True)
class Plan:
    """Which routes, who calls each, and how often the clock is asked."""

    seed: int = 1
    tries: int = 500
    most_difference_ms: float = MOST_DIFFERENCE_MS
    wanted: Callable[[Route], bool] = lambda _route: True
    callers: Callable[[Route], Collection[str]] = lambda _route: CALLERS


def is_wanted_in_short(route: Route) -> bool:
    """Leave out what the back office has of every model."""
    return not authz_table.is_of_every_model(route.name)


def callers_in_short(route: Route) -> Collection[str]:
    """Let everybody call the API, and at the pages those who tell them apart."""
    if route.is_api:
        return CALLERS
    is_office = route.pattern.startswith("admin/")
    return ("owner", "plain", "auditor") if is_office else ("anonymous", "other", "owner")


@contextmanager
def hushed() -> Iterator[None]:
    """Keep refusals, which are what is looked for here, out of the log."""
    loggers = [logging.getLogger(name) for name in ("django.request", "django.security")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


@hushed()
def run(plan: Plan | None = None) -> dict[str, Any]:
    """Run the drill and give its result.

    Writes: people of its own, and what their calls do.
    """
    plan = plan or Plan()
    cast, table, bodies = authz_cast.assemble(), authz_table.read(), read_bodies()
    known = authz_routes.routes()
    chosen = [route for route in known if plan.wanted(route)]
    wrong: dict[str, str] = {}
    undeclared: dict[str, str] = {}
    for number, route in enumerate(chosen):
        if number % TELL_EVERY == 0:
            progress(f"route {number} of {len(chosen)}, wrong so far: {len(wrong)}")
        row, met = authz_table.row_for(table, route.name), meet(cast, route, bodies, plan)
        if row is None:
            undeclared[route.name] = " ".join(met.get(caller, "?") for caller in CALLERS)
        else:
            wrong |= differences(route, row, met)
    times = []
    for route in objects_of(chosen, table):
        progress(f"by the clock: {route.name}")
        times.append(look_alike(cast, route, bodies, plan.tries))
    slow = max((abs(found["difference_ms"]) for found in times), default=0.0)
    told_apart = {found["route"]: found["told"] for found in times if found["told"]}
    stale = stale_rows(table, known)
    return {
        "name": "authz-matrix",
        "ok": not (wrong or undeclared or stale or told_apart) and slow < plan.most_difference_ms,
        "seed": plan.seed,
        "routes": len(chosen),
        "calls": sum(len(plan.callers(route)) for route in chosen),
        "object_routes": len(times),
        "tries": plan.tries,
        "most_difference_ms": round(slow, 3),
        "differences_us": {f["route"]: round(f["difference_ms"] * MS) for f in times},
        "wrong": wrong,
        "told_apart": told_apart,
        "met_without_a_row": undeclared,
        "rows_without_a_route": stale,
    }


def differences(route: Route, row: Row, met: Mapping[str, str]) -> dict[str, str]:
    """Give what was met and not declared; a row of the back office may not be there at all."""
    return {
        f"{route.name} {caller}": f"met {word}, declared {row.word(caller)}"
        for caller, word in met.items()
        if word != row.word(caller) and not is_without_a_row(route, caller, word)
    }


def is_without_a_row(route: Route, caller: str, word: str) -> bool:
    """Say whether staff were told no more than that there is nothing, or nothing to be done."""
    names_a_row = "_id>" in route.pattern or ":key>" in route.pattern or "repair" in route.pattern
    return caller in authz_cast.STAFF and names_a_row and word in ("gone", "none", "moved")


def stale_rows(table: Mapping[str, Row], known: list[Route]) -> list[str]:
    """Give the rows that no route answers to."""
    used = {row.name for route in known if (row := authz_table.row_for(dict(table), route.name))}
    return sorted(set(table) - used)


def meet(cast: Cast, route: Route, bodies: Mapping[str, Any], plan: Plan) -> dict[str, str]:
    """Send one request of each caller to a route, and give the word for what each met."""
    return {
        caller: authz_table.word_of(call(cast, route, caller, bodies, cast.objects_for(caller)))
        for caller in ORDER
        if caller in plan.callers(route)
    }


def call(
    cast: Cast, route: Route, caller: str, bodies: Mapping[str, Any], objects: Mapping[str, str]
) -> Any:
    """Send one request."""
    door = cast.door(caller, is_api=route.is_api, scope=route.scope)
    return send(door, route, bodies, cast, objects)


def send(
    door: Any, route: Route, bodies: Mapping[str, Any], cast: Cast, objects: Mapping[str, str]
) -> Any:
    """Send a request through a door, with a body by which a route would do what it is for."""
    path = route.path(Values(route, objects))
    words = {"friend": cast.friend.user.email, "owner": str(cast.owner.user.pk)}
    words |= {"place": objects.get("destination_id", UNKNOWN), "once": uuid4().hex}
    filled = Template(json.dumps(bodies.get(route.name, {}))).substitute(words)
    said = json.loads(filled)
    body = said.get("body", {})
    if not route.is_api:
        return door.post_form(path, body) if route.method == "POST" else door.get(path)
    headers = {"Idempotency-Key": uuid4().hex, **said.get("headers", {})}
    return door.send(route.method, path, None if route.method == "GET" else body, headers)


class Values(dict[str, str]):
    """What stands for each parameter of an address."""

    def __init__(self, route: Route, objects: Mapping[str, str]) -> None:
        super().__init__(objects)
        self.route = route
        pattern = route.pattern
        kinds = ("recall", "cancel", "wallet", "transaction", "destination")
        about = next((kind for kind in kinds if kind in pattern), "wallet")
        name = NAMES.get(about, f"{about}_id")
        if not route.is_api:
            self["public_id"] = self.get(PAGE_NAMES.get(about, name), UNKNOWN)
        elif about in NAMES:
            self["transaction_id"] = self.get(name, UNKNOWN)

    def __missing__(self, name: str) -> str:
        known = {"token": "nothing", "kind": "selfie", "content_type_id": "1", "pk": "1"}
        known["rail"] = "sandbox"
        if name in known:
            return known[name]
        if name in ("object_id", "key") and self.route.pattern.startswith("admin/"):
            return authz_cast.row_of(self.route.pattern)
        return UNKNOWN


def objects_of(chosen: list[Route], table: Mapping[str, Row]) -> list[Route]:
    """Give the routes at which others' objects are to look like none."""
    return [
        route
        for route in chosen
        if route.is_api
        and route.has_object
        and (row := table.get(route.name)) is not None
        and row.word("other") == "yours"
    ]


def look_alike(cast: Cast, route: Route, bodies: Mapping[str, Any], tries: int) -> dict[str, Any]:
    """Ask by turns for another's object and for one that does not exist; compare words and times.

    The objects are those of a customer who has removed none.
    """
    door = cast.door("other", is_api=True, scope=route.scope)
    real, nothing = cast.untouched.objects, dict.fromkeys(cast.untouched.objects, UNKNOWN)
    spent: dict[str, list[float]] = {"real": [], "nothing": []}
    told: set[str] = set()
    for number in range(tries):
        for which, objects in (("real", real), ("nothing", nothing))[:: 1 if number % 2 else -1]:
            began = time.perf_counter()
            answer = send(door, route, bodies, cast, objects)
            spent[which].append(time.perf_counter() - began)
            body = {k: v for k, v in answer.json().items() if k not in ABOUT_THE_CALL}
            told.add(json.dumps([answer.status_code, body], sort_keys=True))
    medians = {which: statistics.median(some) * MS for which, some in spent.items()}
    return {
        "route": route.name,
        "difference_ms": medians["real"] - medians["nothing"],
        "told": "" if len(told) == 1 else " | ".join(sorted(told)),
    }


def read_bodies() -> dict[str, Any]:
    """Read what is sent to each route that takes a body."""
    found: dict[str, Any] = json.loads(BODIES.read_text(encoding="utf-8"))
    return found
