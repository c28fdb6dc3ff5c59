"""Each currency sums to zero: what is held outside covers customers, house and income exactly."""

from dataclasses import dataclass
from decimal import Decimal

from integrity.checks.found import Found, plain
from integrity.selectors.snapshot import Snapshot

CHECK = "currency sums to zero"
OUTSIDE = "A.SET"
INCOME = "R."


@dataclass(frozen=True, slots=True)
class Trial:
    """The trial balance of one currency, from the postings; ``outside`` is negative."""

    currency: str | None
    decimals: int | None
    everything: Decimal
    customers: Decimal
    house: Decimal
    income: Decimal
    outside: Decimal
    postings: int


def balance(snapshot: Snapshot) -> list[Trial]:
    """Give the trial balance of every currency."""
    names = Trial.__dataclass_fields__
    rows = snapshot.rows("currencies", outside=OUTSIDE, prefix=INCOME)
    return [Trial(**{name: row[name] for name in names}) for row in rows]


def look(trials: list[Trial]) -> list[Found]:
    """Say which currencies do not sum to zero."""
    return [
        Found(
            check=CHECK,
            source="currency does not sum to zero",
            place=f"currency {trial.currency}" if trial.currency else "wallets that are not there",
            currency=trial.currency or "",
            figures={
                name: plain(getattr(trial, name))
                for name in ("everything", "customers", "house", "income", "outside")
            },
        )
        for trial in trials
        if trial.everything != 0
    ]
