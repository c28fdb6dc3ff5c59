"""Whole history files: which form they have, what is in them, their entries in order."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from wallets.rails import history
from wallets.rails.account_history import AccountHistory
from wallets.rails.history import Entry, FileUnusable, Form, Refusal
from wallets.rails.leg_history import LegHistory

FORMS: dict[str, type[AccountHistory] | type[LegHistory]] = {
    form.name: form for form in (AccountHistory, LegHistory)
}


@dataclass(frozen=True, slots=True)
class Survey:
    """What a first reading tells: how much there is, and the lowest stated balance by account."""

    entries: int
    lowest: dict[str, Decimal]


def recognise(path: Path, form: str | None = None) -> str:
    """Say which form a file has, by its header.

    Raises: FileUnusable, also when it has not the form asked for.
    """
    with history.open_rows(path) as (header, _):
        fitting = [name for name, kind in FORMS.items() if kind.columns <= set(header)]
    if form in fitting:
        return str(form)
    if form is None and fitting:
        return fitting[0]
    wanted = {name: sorted(FORMS[name].columns) for name in FORMS if form in (None, name)}
    columns = "; or ".join(f"{name}: {', '.join(names)}" for name, names in wanted.items())
    raise FileUnusable(f"{path} has not the columns of a history file ({columns})")


def entries(path: Path, form: str) -> Iterator[Entry | Refusal]:
    """Read a file from its start, one entry at a time."""
    reader: Form = FORMS[form]()
    with history.open_rows(path) as (_, rows):
        yield from history.read(reader, rows)


def survey(path: Path, form: str) -> Survey:
    """Read a file once to its end."""
    count, lowest = 0, dict[str, Decimal]()
    for entry in entries(path, form):
        count += 1
        if not isinstance(entry, Entry):
            continue
        for account, _ in entry.legs:
            if account is not None:
                lowest.setdefault(account, Decimal(0))
        if entry.account is not None:
            stated = entry.balance_after or Decimal(0)
            lowest[entry.account] = min(lowest.get(entry.account, Decimal(0)), stated)
    return Survey(count, lowest)
