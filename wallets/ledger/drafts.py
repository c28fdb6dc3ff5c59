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
    decimals: int | None = None  # of the currency, for the words of a refusal


@dataclass(frozen=True, slots=True)
class HoldDraft:
    """A hold to be placed by the leg that adds to ``held`` or ``locked``."""

    purpose: str
    conditions: tuple[str, ...] = ()
    expires_at: datetime | None = None
    public_id: UUID = field(default_factory=new_public_id)


@dataclass(frozen=True, slots=True)
class FeeDraft:
    """What the house charges for an operation, and the house wallet that earns it."""

    amount: Decimal
    wallet: Wallet


@dataclass(frozen=True, slots=True)
class TransactionDraft:
    """A whole operation to be: the business record, its first journal and perhaps a hold.

    ``free_payee`` is a customer who is to have the money at once although nobody has looked for
    freezes: the booking looks, and refuses with RoutedAnew where the money has to wait.
    """

    type: str
    status: str
    state: str
    amount: Money
    payer: Wallet
    payee: Wallet
    legs: tuple[Leg, ...]
    shard: int
    hold: HoldDraft | None = None
    free_payee: UUID | None = None
    fee: Decimal = Decimal(0)
    original: Transaction | None = None
    usd_value: Decimal | None = None
    reference: str = ""
    note: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)
    value_date: date | None = None
    transition_key: str = "book"
    public_id: UUID = field(default_factory=new_public_id)


def leg(wallet: Wallet, amount: Decimal, balance_type: str = BalanceType.AVAILABLE) -> Leg:
    """Make one line; positive adds to the wallet, negative takes."""
    return Leg(wallet.pk, wallet.shard, balance_type, amount, wallet.decimals)


def move(
    *,
    type: str,  # noqa: A002
    payer: Wallet,
    payee: Wallet,
    amount: Money,
    hold: HoldDraft | None = None,
    fee: FeeDraft | None = None,
    original: Transaction | None = None,
    **fields: Any,
) -> TransactionDraft:
    """Draft a payment from one wallet's available balance to another's.

    With a hold the money arrives in the payee's ``held`` and the transaction is HELD. A fee comes
    on top for a payer; the transaction lives on the payer's shard. Where the payer is the house it
    lives on the payee's, and the fee comes out of what arrives, as soon as that can be used.
    What gives back an original lives with that.
    """
    arrives = BalanceType.HELD if hold else BalanceType.AVAILABLE
    status = Transaction.Status.HELD if hold else Transaction.Status.COMPLETED
    gives, gets = amount.amount, amount.amount
    earned: tuple[Leg, ...] = ()
    if fee and fee.amount:
        fields["fee"] = fee.amount
        if not payer.code:
            gives += fee.amount
        if not payer.code or not hold:
            earned = (leg(fee.wallet, fee.amount),)
        if payer.code and not hold:
            gets -= fee.amount
    return TransactionDraft(
        type=type,
        status=status,
        state=status.lower(),
        amount=amount,
        payer=payer,
        payee=payee,
        legs=(leg(payer, gives.copy_negate()), leg(payee, gets, arrives), *earned),
        shard=original.shard if original else payee.shard if payer.code else payer.shard,
        hold=hold,
        original=original,
        **fields,
    )


def lock(
    *,
    payer: Wallet,
    payee: Wallet,
    amount: Money,
    hold: HoldDraft,
    type: str = Transaction.Type.HOLD,  # noqa: A002
    state: str = Transaction.State.AUTHORISED,
    fee: Decimal = Decimal(0),
    **fields: Any,
) -> TransactionDraft:
    """Draft a hold: the payer's available money, fee included, is locked for a payee to come."""
    locked = (amount + Money(fee, amount.currency)).amount
    return TransactionDraft(
        type=type,
        status=Transaction.Status.PENDING,
        state=state,
        amount=amount,
        fee=fee,
        payer=payer,
        payee=payee,
        legs=(leg(payer, locked.copy_negate()), leg(payer, locked, BalanceType.LOCKED)),
        shard=payer.shard,
        hold=hold,
        **fields,
    )
