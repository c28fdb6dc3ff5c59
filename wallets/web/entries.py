"""A wallet's statement as its owner reads it: a row for each step, not for each posting."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from uuid import UUID

from coinhub.core.money import total
from wallets.models import BalanceType
from wallets.selectors.pages import Page
from wallets.selectors.statements import Entry
from wallets.web.lines import title


@dataclass(frozen=True, slots=True)
class Row:
    """What one journal did to a wallet, and the total after it.

    A journal that only moves money between the balances of the wallet is ``neutral``: the total
    stays, and ``amount`` says how much moved.
    """

    public_id: UUID
    title: str
    note: str
    day: date
    time: datetime | None
    amount: Decimal
    neutral: bool
    total: Decimal


def rows(page: Page[Entry], reader: UUID) -> tuple[list[Row], int | None]:
    """Give the rows of a page, newest first, and the place at which older ones go on.

    The journal at the end may be cut through by the page; then it is left to the next one.
    """
    steps = [list(step) for _, step in groupby(page.rows, key=lambda e: e.posting.journal_id)]
    older = page.older
    if older is not None and len(steps) > 1:
        steps.pop()
        older = steps[-1][-1].seq
    return [_row(step, reader) for step in steps], older


def _row(step: Sequence[Entry], reader: UUID) -> Row:
    newest = step[0]
    journal, txn = newest.posting.journal, newest.transaction
    net = total(e.amount for e in step if e.balance_type != BalanceType.INVESTED)
    same_day = journal.booked_at.date() == journal.value_date
    return Row(
        public_id=txn.public_id,
        title=title(txn, reader) if net else _between(step),
        note=txn.note or txn.reference,
        day=journal.value_date,
        time=journal.booked_at if same_day else None,
        amount=net or total(e.amount for e in step if e.amount > 0),
        neutral=not net,
        total=newest.total_after,
    )


def _between(step: Sequence[Entry]) -> str:
    """Name a step that moves money between the balances of one wallet."""
    to = {e.balance_type for e in step if e.amount > 0}
    came_from = {e.balance_type for e in step if e.amount < 0}
    if BalanceType.LOCKED in to:
        return "Set aside"
    if BalanceType.AVAILABLE in to:
        return "Held money released" if BalanceType.HELD in came_from else "Free again"
    return "Moved within the wallet"
