"""The invariants I1 to I10, each with what breaks it."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import DatabaseError

from coinhub.core.errors import Unavailable
from integrity.checks import origins, records
from integrity.checks.found import Found
from integrity.selectors import snapshot as snapshots
from integrity.services import naming, seen

PROMISES = {
    "I1": "for each currency the sum of all postings is zero",
    "I2": "each journal sums to zero in each currency",
    "I3": "no balance is below its floor",
    "I4": "the four relations agree, histories have no gap, running balances chain",
    "I5": "each acknowledged payment is booked",
    "I6": "no movement without an operation, no operation without its movement",
    "I7": "each booking has its audit event",
    "I8": "no operation is stuck",
    "I9": "each booking has its outbox event",
    "I10": "holds are for what is held and locked",
    "set-up": "the house has its wallets, every customer one primary wallet",
}
OF_CHECK = {
    "currency sums to zero": "I1",
    "journals": "I2",
    "floor": "I3",
    "relations": "I4",
    "history": "I4",
    "folds": "I4",
    "references": "I6",
    "holds": "I10",
    "house wallets": "set-up",
    "primary wallet": "set-up",
}


@dataclass(frozen=True, slots=True)
class Invariant:
    """One promise and what breaks it."""

    name: str
    promise: str
    holds: bool
    findings: list[Found]


def judge(*, say: Callable[[str], None], using: str = "default") -> list[Invariant]:
    """Judge every invariant in one snapshot.

    Atomic: reads only.
    Raises: Unavailable.
    """
    broken: dict[str, list[Found]] = {name: [] for name in PROMISES}
    try:
        with snapshots.take(using) as snapshot:
            say("balances, histories, journals, holds")
            for found in naming.name(seen.look(snapshot)):
                broken[OF_CHECK[found.check]].append(found)
            say("acknowledged payments and events")
            judged = records.judge(snapshot)
            broken["I6"] += judged.misleading
            broken["I8"] += judged.stuck
            broken["I5"] += origins.look_at_keys(snapshot)
            broken["I7"] += origins.look_at_events(snapshot, "audit")
            broken["I9"] += origins.look_at_events(snapshot, "outbox")
    except DatabaseError as error:
        raise Unavailable("the invariants could not be judged in time", retry_after=5) from error
    return [
        Invariant(name, promise, not broken[name], broken[name])
        for name, promise in PROMISES.items()
    ]
