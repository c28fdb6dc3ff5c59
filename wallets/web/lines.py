"""A payment as one of its two sides reads it."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from wallets.ledger.chart import SETTLEMENT
from wallets.models import Transaction, Wallet
from wallets.selectors import transactions
from wallets.web.words import STATUSES

Type = Transaction.Type
NAMES = {
    Type.DEPOSIT: "Deposit",
    Type.WITHDRAWAL: "Withdrawal",
    Type.IMPORT: "Taken over from another system",
}

GIVEN_BACK = {Type.REFUND: "Refund", Type.REVERSAL: "Correction"}


@dataclass(frozen=True, slots=True)
class Line:
    """One payment in a list; ``amount`` is signed as the reader's balance moved.

    A payment that has moved nothing (a hold that is open or was let go) is ``neutral`` and shows
    what it is about.
    """

    public_id: UUID
    title: str
    note: str
    day: date
    time: datetime | None
    amount: Decimal
    unit: Any
    status: str
    status_class: str
    tag: str
    payer: str
    payee: str
    neutral: bool

    @property
    def incoming(self) -> bool:
        """Say whether money came to the reader."""
        return not self.neutral and self.amount > 0


def line(txn: Transaction, reader: UUID) -> Line:
    """Describe a payment, read with the reader's own postings, for the customer ``reader``."""
    status, css = STATUSES[Transaction.Status(txn.status)]
    net = transactions.moved(txn)
    neutral = not net
    place = getattr(txn, "place", None)  # none where it was only booked or taken over
    day = min((journal.value_date for journal in txn.journals.all()), default=txn.created_at.date())
    return Line(
        public_id=txn.public_id,
        title=f"Withdrawal to {place}" if place else title(txn, reader),
        note=txn.note or txn.reference,
        day=day,
        time=txn.created_at if txn.created_at.date() == day else None,
        amount=txn.amount if neutral else net,
        unit=txn,
        status=status,
        status_class=css,
        tag="" if txn.status == Transaction.Status.COMPLETED else status,
        payer=_side(txn.payer_wallet, reader),
        payee=_side(txn.payee_wallet, reader),
        neutral=neutral,
    )


def title(txn: Transaction, reader: UUID) -> str:
    """Name a payment for one of its sides: what it was, or with whom."""
    if txn.type in NAMES:
        return NAMES[Type(txn.type)]
    if txn.type == Type.HOLD and txn.payee_wallet.owner_id != reader:
        done = txn.status == Transaction.Status.COMPLETED
        return _to(txn.payee_wallet, "Payment" if done else "Set aside")
    if txn.type in GIVEN_BACK:
        what = GIVEN_BACK[Type(txn.type)]
        if txn.payee_wallet.owner_id == reader:
            return f"{what} from {_name(txn.payer_wallet)}"
        return f"{what} to {_name(txn.payee_wallet)}"
    if txn.payee_wallet.owner_id == reader:
        return f"From {_name(txn.payer_wallet)}"
    return f"To {_name(txn.payee_wallet)}"


def _to(wallet: Wallet, what: str) -> str:
    return f"{what} for {_name(wallet)}" if wallet.owner_id else what


def _name(wallet: Wallet) -> str:
    return str(wallet.owner) if wallet.owner_id else "CoinHub"


def _side(wallet: Wallet, reader: UUID) -> str:
    if wallet.owner_id == reader:
        return f"your {wallet.currency_id} wallet"
    return "outside CoinHub" if wallet.code == SETTLEMENT else _name(wallet)
