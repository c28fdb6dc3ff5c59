"""A wallet's postings have seq 1, 2, 3 without a gap, and their running balances chain."""

from dataclasses import dataclass
from decimal import Decimal

from coinhub.core.money import CONTEXT
from integrity.selectors.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Break:
    """One posting that does not follow from the one before it.

    ``seq_before`` is the posting before in the wallet; ``chain_...`` the one before and after on
    the same balance type.
    """

    posting_id: int
    journal_id: int
    wallet_id: int
    balance_type: str
    amount: Decimal
    balance_after: Decimal | None
    seq: int | None
    seq_before: int | None
    chain_before: Decimal | None
    chain_seq_before: int | None
    chain_seq_after: int | None

    @property
    def step(self) -> Decimal:
        """How much the running balance moves by more than the posting's amount."""
        after, before = self.balance_after or Decimal(0), self.chain_before or Decimal(0)
        return CONTEXT.subtract(CONTEXT.subtract(after, before), self.amount)

    @property
    def missing(self) -> range:
        """The numbers left out just before this posting."""
        return range((self.seq_before or 0) + 1, self.seq or 0)


@dataclass(frozen=True, slots=True)
class Extra:
    """One posting that its wallet's row does not count: without seq, or beyond its version."""

    posting_id: int
    journal_id: int
    wallet_id: int
    balance_type: str
    amount: Decimal
    seq: int | None


def find_unsound(snapshot: Snapshot) -> list[int]:
    """List the wallets in which a posting does not follow from the one before."""
    return [row["wallet_id"] for row in snapshot.rows("unsound")]


def find_breaks(snapshot: Snapshot, wallets: list[int]) -> list[Break]:
    """List the postings of the wallets given that do not follow from the one before."""
    names = Break.__dataclass_fields__
    rows = snapshot.rows("history", wallets=wallets) if wallets else []
    return [Break(**{name: row[name] for name in names}) for row in rows]


def find_extras(snapshot: Snapshot, wallets: list[int]) -> list[Extra]:
    """List the postings that the rows of the wallets given do not count."""
    names = Extra.__dataclass_fields__
    rows = snapshot.rows("beyond", wallets=wallets) if wallets else []
    return [Extra(**{name: row[name] for name in names}) for row in rows]
