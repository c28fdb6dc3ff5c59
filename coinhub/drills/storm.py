"""The drill ``storm``: the same request from two hundred clients at once moves money once."""

import math
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import transaction

from coinhub.cli.console import progress
from coinhub.core.embedded.errors import CannotRun
from coinhub.drills import invariants, storm_cases, storm_client
from coinhub.drills.storm_client import IN_PROGRESS, Journal
from wallets.models import Posting

CLIENTS = 200
ROUNDS = 50
HELD_UP_S = 1.0
MOST_IN_PROGRESS_MS = 250.0  # of the server's own time: how long a client queues is for its size
TELL_EVERY_S = 10.0
MS = 1000


@dataclass(frozen=True)
class Plan:
    """How hard, how often, and which operations."""

    seed: int = 1
    rounds: int = ROUNDS
    clients: int = CLIENTS
    base_url: str = ""
    cases: tuple[str, ...] = tuple(storm_cases.CASES)
    most_in_progress_ms: float = MOST_IN_PROGRESS_MS


@dataclass
class Tally:
    """What the rounds of one operation came to."""

    rounds: int = 0
    met: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    waits_ms: list[float] = field(default_factory=list)
    spent_ms: list[float] = field(default_factory=list)


def run(plan: Plan | None = None) -> dict[str, Any]:
    """Run the drill against a web server and give its result.

    Writes: people of its own, and what their requests book.
    Raises: CannotRun.
    """
    plan = plan or Plan()
    base_url = plan.base_url or settings.BASE_URL
    require_no_limits(base_url)
    name = f"storm-{uuid4().hex[:8]}"
    tallies = {case: Tally() for case in plan.cases}
    told_at = time.monotonic()
    for number in range(plan.rounds):
        for case, tally in tallies.items():
            play(
                case, f"{name}-{number}", base_url, plan.clients, tally, is_held_up=number % 2 == 1
            )
        if time.monotonic() - told_at > TELL_EVERY_S:
            told_at = time.monotonic()
            wrong = sum(tally.wrong.total() for tally in tallies.values())
            progress(f"round {number + 1} of {plan.rounds}, wrong so far: {wrong}")
    return verdict(plan, tallies, invariants.broken())


def require_no_limits(base_url: str) -> None:
    """Refuse a site that counts calls: two hundred at once would meet nothing else.

    Raises: CannotRun.
    """
    anything = storm_client.Order(f"{storm_cases.BASE}auth/token/revoke", {"token": "nothing"}, {})
    if storm_client.ask(base_url, anything).is_limited:
        raise CannotRun(f"{base_url} limits calls: start it with COINHUB_RATE_LIMITS=off")


def verdict(plan: Plan, tallies: dict[str, Tally], promises: dict[str, int]) -> dict[str, Any]:
    """Put together what the rounds came to.

    Who is told that the first is still running has to be told by the server within its time; what
    such a client waited in all is told as well, and depends on how many queue at the web processes.
    """
    waits = sorted(wait for tally in tallies.values() for wait in tally.waits_ms)
    spent = sorted(wait for tally in tallies.values() for wait in tally.spent_ms)
    wrong = {
        f"{case}: {what}": count for case, t in tallies.items() for what, count in t.wrong.items()
    }
    is_quick = percentile(spent, 0.99) < plan.most_in_progress_ms
    return {
        "name": "storm",
        "ok": not wrong and not any(promises.values()) and is_quick,
        "seed": plan.seed,
        "clients": plan.clients,
        "rounds": {case: tally.rounds for case, tally in tallies.items()},
        "met": {f"{c}: {what}": n for c, t in tallies.items() for what, n in sorted(t.met.items())},
        "in_progress_ms": {
            "answers": len(waits),
            "timed by the server": len(spent),
            "server, median": percentile(spent, 0.5),
            "server, p99": percentile(spent, 0.99),
            "server, p99 wanted below": plan.most_in_progress_ms,
            "client with its queue, median": percentile(waits, 0.5),
            "client with its queue, p99": percentile(waits, 0.99),
        },
        "wrong": wrong,
        "invariants": promises,
    }


def play(
    case: str, name: str, base_url: str, clients: int, tally: Tally, *, is_held_up: bool
) -> None:
    """Play one round of one operation with people of its own.

    In a round that is held up, another payment that is not finished has the customers' wallets as
    the clients are let go: the first has to wait, and the others must be told meanwhile that it is
    still running. That payment is then broken off and moves nothing.
    """
    scene = storm_cases.set_up(base_url, name)
    order = storm_cases.CASES[case](scene)
    wallets = [scene.payer.wallet.pk, scene.payee.wallet.pk]
    before = journals_of(wallets)
    with ExitStack() as held:
        if is_held_up:
            held.enter_context(transaction.atomic())
            storm_cases.have_both_wallets(scene)

        def let_go() -> None:
            if is_held_up:
                time.sleep(HELD_UP_S)
                transaction.set_rollback(True)
            held.close()

        journals = storm_client.release(base_url, order, clients, meanwhile=let_go)
    judge(journals, journals_of(wallets) - before, tally)


def journals_of(wallets: list[int]) -> int:
    """Count the movements on some wallets."""
    of_them = Posting.objects.filter(wallet_id__in=wallets)
    return int(of_them.values("journal_id").distinct().count())


def judge(journals: list[Journal], movements: int, tally: Tally) -> None:
    """Compare what the clients wrote down with what must be so."""
    tally.rounds += 1
    answers = [met for journal in journals for met in journal.met]
    finals = [journal.final for journal in journals]
    done = [met for met in finals if met is not None and not met.code]
    originals = sum(not met.is_replay for met in done)
    for met in answers:
        tally.met[met.code or ("replay" if met.is_replay else "original")] += 1
        if met.code == IN_PROGRESS:
            tally.waits_ms.append(met.seconds * MS)
            if met.spent_ms is not None:
                tally.spent_ms.append(met.spent_ms)
    lost = sum(journal.sent != len(journal.met) for journal in journals)
    wrong = {
        "movements that are not one": int(movements != 1),
        "originals that are not one": int(originals != 1),
        "clients without a final answer": sum(met is None for met in finals),
        "requests without an answer": lost,
        "answers that are no replay": sum(met is not None and bool(met.code) for met in finals),
        "replays that say something else": len({met.body for met in done}) - 1 if done else 0,
        "in progress without Retry-After": sum(
            met.code == IN_PROGRESS and not met.has_wait for met in answers
        ),
        "answers of 500 and more": sum(met.status >= 500 for met in answers),  # noqa: PLR2004
    }
    tally.wrong.update({what: count for what, count in wrong.items() if count})


def percentile(some: list[float], part: float) -> float:
    """Give a percentile of sorted numbers; nothing for none."""
    if not some:
        return 0.0
    return round(some[max(0, math.ceil(part * len(some)) - 1)], 1)
