"""A payment as one of its two sides reads it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from coinhub.core.money import CONTEXT
from wallets.models import Transaction, Wallet
from wallets.web.words import STATUSES

Type = Transaction.Type


@dataclass(frozen=True, slots=True)
class Line:
    """One payment in a list; ``amount`` is signed as the reader's balance moves."""

    public_id: UUID
    title: str
    note: str
    when: datetime
    amount: Decimal
    unit: Any
    incoming: bool
    neutral: bool
    status: str
    status_class: str
    tag: str
    payer: str
    payee: str

    @property
    def tag_class(self) -> str:
        """Colour the tag as its status."""
        return self.status_class


def line(txn: Transaction, reader: UUID) -> Line:
    """Describe a payment for the customer ``reader``, who is one of its sides."""
    incoming = txn.payee_wallet.owner_id == reader and txn.payer_wallet.owner_id != reader
    neutral = txn.type == Type.HOLD and txn.status != Transaction.Status.COMPLETED
    status, css = STATUSES[Transaction.Status(txn.status)]
    out = CONTEXT.add(txn.amount, txn.fee).copy_negate()
    return Line(
        public_id=txn.public_id,
        title=_title(txn, incoming=incoming),
        note=txn.note or txn.reference,
        when=txn.created_at,
        amount=txn.amount if incoming or neutral else out,
        unit=txn,
        incoming=incoming,
        neutral=neutral,
        status=status,
        status_class=css,
        tag="" if txn.status == Transaction.Status.COMPLETED else status,
        payer=_side(txn.payer_wallet, reader),
        payee=_side(txn.payee_wallet, reader),
    )


def _title(txn: Transaction, *, incoming: bool) -> str:
    """Name a payment: what it was, or with whom."""
    if txn.type == Type.DEPOSIT:
        return "Deposit"
    if txn.type == Type.WITHDRAWAL:
        return "Withdrawal"
    if txn.type == Type.IMPORT:
        return "Taken over from another system"
    if txn.type == Type.HOLD and txn.status == Transaction.Status.PENDING:
        return f"Set aside for {_name(txn.payee_wallet)}"
    if txn.type == Type.HOLD and txn.status == Transaction.Status.CANCELLED:
        return f"No longer set aside for {_name(txn.payee_wallet)}"
    return f"From {_name(txn.payer_wallet)}" if incoming else f"To {_name(txn.payee_wallet)}"


def _name(wallet: Wallet) -> str:
    return str(wallet.owner) if wallet.owner_id else "CoinHub"


def _side(wallet: Wallet, reader: UUID) -> str:
    if wallet.owner_id == reader:
        return f"your {wallet.currency_id} wallet"
    return _name(wallet) if wallet.code != "A.SET" else "outside CoinHub"
