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

from coinhub.drills import invariants, storm_cases, storm_client
from coinhub.drills.storm_client import IN_PROGRESS, Journal
from wallets.models import Posting
from wallets.services import withdrawals

CLIENTS = 200
ROUNDS = 50
HELD_UP_S = 1.0
MS = 1000


@dataclass(frozen=True)
class Plan:
    """How hard, how often, and which operations."""

    seed: int = 1
    rounds: int = ROUNDS
    clients: int = CLIENTS
    base_url: str = ""
    cases: tuple[str, ...] = tuple(storm_cases.CASES)


@dataclass
class Tally:
    """What the rounds of one operation came to."""

    rounds: int = 0
    met: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    waits_s: list[float] = field(default_factory=list)


def run(plan: Plan | None = None) -> dict[str, Any]:
    """Run the drill against a web server and give its result.

    Writes: people of its own, and what their requests book.
    """
    plan = plan or Plan()
    base_url = plan.base_url or settings.BASE_URL
    name = f"storm-{uuid4().hex[:8]}"
    tallies = {case: Tally() for case in plan.cases}
    began = time.monotonic()
    for number in range(plan.rounds):
        for case, tally in tallies.items():
            play(
                case, f"{name}-{number}", base_url, plan.clients, tally, is_held_up=number % 2 == 1
            )
    promises = invariants.broken()
    waits = sorted(wait for tally in tallies.values() for wait in tally.waits_s)
    wrong = {
        f"{case}: {what}": count for case, t in tallies.items() for what, count in t.wrong.items()
    }
    return {
        "name": "storm",
        "ok": not wrong and not any(promises.values()),
        "seed": plan.seed,
        "clients": plan.clients,
        "rounds": {case: tally.rounds for case, tally in tallies.items()},
        "seconds": round(time.monotonic() - began, 1),
        "met": {f"{c}: {what}": n for c, t in tallies.items() for what, n in sorted(t.met.items())},
        "wrong": wrong,
        "in_progress_p99_ms": percentile_ms(waits, 0.99),
        "in_progress_answers": len(waits),
        "invariants": promises,
    }


def play(
    case: str, name: str, base_url: str, clients: int, tally: Tally, *, is_held_up: bool
) -> None:
    """Play one round of one operation with people of its own.

    In a round that is held up, somebody has the customers' allowances locked as the clients are let
    go: the first has to wait, and the others must be told at once that it is still running.
    """
    scene = storm_cases.set_up(base_url, name)
    order = storm_cases.CASES[case](scene)
    wallets = [scene.payer.wallet.pk, scene.payee.wallet.pk]
    before = journals_of(wallets)
    with ExitStack() as held:
        if is_held_up:
            held.enter_context(transaction.atomic())
            for person in (scene.payer, scene.payee):
                withdrawals.lock_allowance(person.user.pk)

        def let_go() -> None:
            time.sleep(HELD_UP_S if is_held_up else 0)
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
            tally.waits_s.append(met.seconds)
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


def percentile_ms(waits: list[float], part: float) -> float:
    """Give a percentile of sorted times in milliseconds; nothing for none."""
    if not waits:
        return 0.0
    return round(waits[max(0, math.ceil(part * len(waits)) - 1)] * MS, 1)
