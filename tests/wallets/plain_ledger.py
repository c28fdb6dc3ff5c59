"""The ledger in a few lines of Python: what the real one is compared with, step by step."""

from dataclasses import dataclass, field
from decimal import Decimal

from coinhub.core.errors import AmountInvalid, CurrencyMismatch
from coinhub.core.money import CONTEXT
from wallets.ledger.errors import (
    HoldTooSmall,
    InsufficientFunds,
    MoveNotAllowed,
    WalletFrozen,
    WalletUnchangeable,
)
from wallets.services.transfers import SelfTransfer

Refusal = type[Exception]


@dataclass
class Purse:
    """A wallet, as plain as can be; amounts are whole numbers of the smallest unit."""

    owner: str
    currency: str
    approved: bool = True
    available: int = 0
    held: int = 0
    locked: int = 0
    floor: int = 0
    frozen: bool = False

    def refuses_to_give(self, amount: int) -> Refusal | None:
        """Say why an amount cannot leave what is available."""
        if self.frozen:
            return WalletFrozen
        return InsufficientFunds if self.available - amount < self.floor else None

    def take_in(self, amount: int) -> None:
        """Add what arrives where it belongs."""
        if self.approved:
            self.available += amount
        else:
            self.held += amount


@dataclass
class Reserved:
    """A hold on locked money."""

    payer: Purse
    payee: Purse
    remaining: int
    is_open: bool = True


@dataclass
class PlainLedger:
    """All purses and what is outside; every method changes all or refuses and changes nothing."""

    outside: dict[str, int] = field(default_factory=dict)

    def credit(self, payee: Purse, amount: int) -> Refusal | None:
        """Money arrives from outside."""
        if amount <= 0:
            return AmountInvalid
        self._move_outside(payee.currency, -amount)
        payee.take_in(amount)
        return None

    def debit(self, payer: Purse, amount: int) -> Refusal | None:
        """Money leaves for the outside."""
        refusal = AmountInvalid if amount <= 0 else payer.refuses_to_give(amount)
        if refusal is None:
            payer.available -= amount
            self._move_outside(payer.currency, amount)
        return refusal

    def transfer(self, payer: Purse, payee: Purse, amount: int) -> Refusal | None:
        """Money goes from one to another."""
        if payer.owner == payee.owner:
            return SelfTransfer
        refusal = self._refuse_pair(payer, payee, amount)
        if refusal is None:
            payer.available -= amount
            payee.take_in(amount)
        return refusal

    def place(self, payer: Purse, payee: Purse, amount: int) -> Reserved | Refusal:
        """Money is set aside."""
        refusal = self._refuse_pair(payer, payee, amount)
        if refusal is not None:
            return refusal
        payer.available -= amount
        payer.locked += amount
        return Reserved(payer, payee, amount)

    def capture(self, hold: Reserved, amount: int) -> Refusal | None:
        """Part of what was set aside is paid, the rest given back."""
        if amount <= 0:
            return AmountInvalid
        if not hold.is_open:
            return MoveNotAllowed
        if amount > hold.remaining:
            return HoldTooSmall
        hold.payer.locked -= hold.remaining
        hold.payer.available += hold.remaining - amount
        hold.payee.take_in(amount)
        hold.is_open = False
        return None

    def void(self, hold: Reserved) -> Refusal | None:
        """What was set aside is given back."""
        if not hold.is_open:
            return MoveNotAllowed
        hold.payer.locked -= hold.remaining
        hold.payer.available += hold.remaining
        hold.is_open = False
        return None

    def overdraft(self, purse: Purse, floor: int) -> Refusal | None:
        """What is available may go down to a floor."""
        if floor > 0 or purse.available < floor:
            return WalletUnchangeable
        purse.floor = floor
        return None

    def _refuse_pair(self, payer: Purse, payee: Purse, amount: int) -> Refusal | None:
        if amount <= 0:
            return AmountInvalid
        if payer.currency != payee.currency:
            return CurrencyMismatch
        return payer.refuses_to_give(amount)

    def _move_outside(self, currency: str, amount: int) -> None:
        self.outside[currency] = self.outside.get(currency, 0) + amount


def as_units(amount: Decimal, decimals: int) -> int:
    """Give an amount as a whole number of smallest units."""
    units = amount.scaleb(decimals, context=CONTEXT)
    assert units == int(units), f"{amount} has more than {decimals} decimals"
    return int(units)
