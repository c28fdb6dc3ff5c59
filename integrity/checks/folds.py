"""The fold rows of a folded wallet chain, and each says what its postings sum to."""

from dataclasses import dataclass
from decimal import Decimal

from coinhub.core.money import CONTEXT
from integrity.selectors.snapshot import Snapshot

CHECK = "folds"


@dataclass(frozen=True, slots=True)
class FoldBreak:
    """One fold row that is not right, or whose wallet row is folded up to another place.

    ``posted`` and ``posted_amount`` are what its postings are; without ``fold_id`` the wallet has
    no fold row although its row is folded. ``row_horizon`` is given with the newest fold row.
    """

    fold_id: int | None
    wallet_id: int
    version: int | None
    version_before: int
    row_version: int
    postings: int | None
    amount: Decimal | None
    balance_after: Decimal | None
    balance_before: Decimal
    posted: int
    posted_amount: Decimal
    horizon: str | None
    horizon_before: str
    row_horizon: str | None

    @property
    def step(self) -> tuple[int, Decimal]:
        """By how much version and balance move more than the row's own postings and amount."""
        count = (self.version or 0) - self.version_before - (self.postings or 0)
        after, amount = self.balance_after or Decimal(0), self.amount or Decimal(0)
        return count, CONTEXT.subtract(CONTEXT.subtract(after, self.balance_before), amount)

    @property
    def off(self) -> tuple[int, Decimal]:
        """How much more the postings are than the row says, in number and in amount."""
        amount = CONTEXT.subtract(self.posted_amount, self.amount or Decimal(0))
        return self.posted - (self.postings or 0), amount


def find_breaks(snapshot: Snapshot) -> list[FoldBreak]:
    """List the fold rows that are not right, wallet by wallet, oldest first."""
    names = FoldBreak.__dataclass_fields__
    return [FoldBreak(**{name: row[name] for name in names}) for row in snapshot.rows("folds")]


def negated(change: tuple[int, Decimal]) -> tuple[int, Decimal]:
    """Give the change that undoes one."""
    return -change[0], change[1].copy_negate()
