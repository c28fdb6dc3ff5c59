"""The lines of a wallet's statement as its owner reads them."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from wallets.models import BalanceType
from wallets.selectors import statements
from wallets.web.lines import title


@dataclass(frozen=True, slots=True)
class Entry:
    """One movement on one balance of a wallet, and that balance after it."""

    public_id: UUID
    title: str
    note: str
    day: date
    time: datetime | None
    amount: Decimal
    balance: Decimal
    balance_type: str

    @property
    def tag(self) -> str:
        """Name the balance, unless it is the one people expect."""
        return "" if self.balance_type == BalanceType.AVAILABLE else self.balance_type


def entry(read: statements.Entry, reader: UUID) -> Entry:
    """Describe a line of a customer's wallet; only folded wallets of the house have no balance."""
    journal = read.posting.journal
    same_day = read.booked_at.date() == journal.value_date
    return Entry(
        public_id=read.transaction.public_id,
        title=title(read.transaction, reader),
        note=read.transaction.note or read.transaction.reference,
        day=journal.value_date,
        time=read.booked_at if same_day else None,
        amount=read.amount,
        balance=read.balance_after or Decimal(0),
        balance_type=read.balance_type,
    )
