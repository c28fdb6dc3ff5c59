"""What would be booked: pure values, no database."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from coinhub.core.ids import new_public_id
from coinhub.core.money import Money
from wallets.models import BalanceType, Transaction, Wallet


@dataclass(frozen=True, slots=True)
class Leg:
    """One line of a journal to be: a signed amount on one balance of one wallet."""

    wallet_id: int
    shard: int
    balance_type: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class HoldDraft:
    """A hold to be placed by the leg that adds to ``held`` or ``locked``."""

    purpose: str
    conditions: tuple[str, ...] = ()
    expires_at: datetime | None = None
    public_id: UUID = field(default_factory=new_public_id)


@dataclass(frozen=True, slots=True)
class TransactionDraft:
    """A whole operation to be: the business record, its first journal and perhaps a hold."""

    type: str
    status: str
    state: str
    amount: Money
    payer: Wallet
    payee: Wallet
    legs: tuple[Leg, ...]
    shard: int
    hold: HoldDraft | None = None
    fee: Decimal = Decimal(0)
    reference: str = ""
    note: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)
    value_date: date | None = None
    transition_key: str = "book"
    public_id: UUID = field(default_factory=new_public_id)


def leg(wallet: Wallet, amount: Decimal, balance_type: str = BalanceType.AVAILABLE) -> Leg:
    """Make one line; positive adds to the wallet, negative takes."""
    return Leg(wallet.pk, wallet.shard, balance_type, amount)


def move(
    *,
    type: str,  # noqa: A002
    payer: Wallet,
    payee: Wallet,
    amount: Money,
    hold: HoldDraft | None = None,
    **fields: Any,
) -> TransactionDraft:
    """Draft a payment from one wallet's available balance to another's.

    With a hold the money arrives in the payee's ``held`` and the transaction is HELD.
    The transaction lives on the payer's shard; where the payer is the house, on the payee's.
    """
    arrives = BalanceType.HELD if hold else BalanceType.AVAILABLE
    status = Transaction.Status.HELD if hold else Transaction.Status.COMPLETED
    return TransactionDraft(
        type=type,
        status=status,
        state=status.lower(),
        amount=amount,
        payer=payer,
        payee=payee,
        legs=(leg(payer, (-amount).amount), leg(payee, amount.amount, arrives)),
        shard=payee.shard if payer.code else payer.shard,
        hold=hold,
        **fields,
    )


def lock(
    *, payer: Wallet, payee: Wallet, amount: Money, hold: HoldDraft, **fields: Any
) -> TransactionDraft:
    """Draft a hold: the payer's available money becomes locked, for a payee to come."""
    return TransactionDraft(
        type=Transaction.Type.HOLD,
        status=Transaction.Status.PENDING,
        state="authorised",
        amount=amount,
        payer=payer,
        payee=payee,
        legs=(leg(payer, (-amount).amount), leg(payer, amount.amount, BalanceType.LOCKED)),
        shard=payer.shard,
        hold=hold,
        **fields,
    )
