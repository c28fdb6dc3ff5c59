"""Every journal sums to zero in each currency, and every posting has its journal."""

from dataclasses import dataclass
from decimal import Decimal

from integrity.selectors.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Imbalance:
    """What a journal sums to in one currency; no currency where a wallet or all postings lack."""

    journal_id: int
    is_there: bool
    currency: str | None
    amount: Decimal
    postings: int


@dataclass(frozen=True, slots=True)
class Line:
    """One posting of a journal, with its wallet's currency and the transaction's."""

    posting_id: int
    journal_id: int
    wallet_id: int
    balance_type: str
    amount: Decimal
    seq: int | None
    currency: str | None
    transaction_currency: str | None


def find_imbalances(snapshot: Snapshot) -> list[Imbalance]:
    """List the journals that do not sum to zero, once for each currency."""
    names = Imbalance.__dataclass_fields__
    query = "journals" if snapshot.wallets is None else "journals_of"
    return [Imbalance(**{name: row[name] for name in names}) for row in snapshot.rows(query)]


def lines_of(snapshot: Snapshot, journals: list[int]) -> dict[int, list[Line]]:
    """Give the postings of the journals named."""
    names = Line.__dataclass_fields__
    found: dict[int, list[Line]] = {journal_id: [] for journal_id in journals}
    for row in snapshot.rows("lines", journals=journals, most=10_000) if journals else []:
        found[row["journal_id"]].append(Line(**{name: row[name] for name in names}))
    return found
