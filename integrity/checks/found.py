"""What a check says: which source is wrong, and the smallest place."""

from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Found:
    """One thing wrong. A consequence follows from a cause found in the same run."""

    check: str
    source: str
    place: str
    is_cause: bool = True
    owner_id: UUID | None = None
    currency: str = ""
    wallet_id: int | None = None
    journal_id: int | None = None
    posting_id: int | None = None
    hold_id: int | None = None
    seq: int | None = None
    balance_type: str = ""
    figures: dict[str, str] = field(default_factory=dict)


def plain(amount: Decimal | None) -> str:
    """Write an amount of a finding: all its decimals, no zeros after them."""
    if amount is None:
        return "nothing"
    if not amount.is_finite():
        return str(amount)
    text = format(amount, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text
