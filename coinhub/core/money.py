"""Amounts of money: exact decimals with a currency, from the wire to the column."""

import decimal
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from coinhub.core.errors import AmountInvalid, CurrencyMismatch

SCALE = 18  # decimal places of every money column
DIGITS = 38  # digits of every money column
CENTS = 2  # decimals of a US dollar

# What is accepted on the wire; ASCII digits only, no sign, no exponent, no leading zeros.
WIRE_PATTERN = r"^(0|[1-9][0-9]{0,19})(\.[0-9]{1,18})?$"
_WIRE = re.compile(WIRE_PATTERN.removesuffix("$") + r"\Z", re.ASCII)

# Python's default context has 28 digits and would round a 38-digit sum without a word.
CONTEXT = decimal.Context(
    prec=60,
    rounding=decimal.ROUND_HALF_EVEN,
    traps=[
        decimal.InvalidOperation,
        decimal.Overflow,
        decimal.DivisionByZero,
        decimal.Inexact,
    ],
)
_ROUNDING = decimal.Context(prec=60, traps=[decimal.InvalidOperation, decimal.Overflow])


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount in units of one currency (0.001 BTC, not satoshi).

    Units:  ``amount`` has at most 18 decimals and 20 digits before the point; it may be negative.
    Raises: AmountInvalid for a float, NaN, an infinity or a number that does not fit.
    """

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal):
            raise AmountInvalid(f"an amount is a Decimal, not {type(self.amount).__name__}")
        if not self.amount.is_finite():
            raise AmountInvalid("an amount is a finite number")
        exponent = int(self.amount.as_tuple().exponent)  # finite, so it is a number already
        if exponent < -SCALE and self.amount != quantize(self.amount, SCALE):
            raise AmountInvalid(f"an amount has at most {SCALE} decimals")
        if self.amount.adjusted() >= DIGITS - SCALE:
            raise AmountInvalid(f"an amount has at most {DIGITS - SCALE} digits before the point")

    @classmethod
    def parse(cls, text: str, currency: str, decimals: int = SCALE) -> Self:
        """Read an amount as it is written on the wire.

        Units:  a string such as ``"12.50"``, in units of the currency.
        Raises: AmountInvalid for any other form and for more decimals than the currency has.
        """
        if not isinstance(text, str) or not _WIRE.match(text):
            raise AmountInvalid("an amount is a string of digits such as 12.50")
        money = cls(Decimal(text), currency)
        money.require_scale(decimals)
        return money

    @classmethod
    def zero(cls, currency: str) -> Self:
        """Nothing, in the currency given."""
        return cls(Decimal(0), currency)

    def require_scale(self, decimals: int) -> None:
        """Refuse more decimals than ``decimals``; trailing zeros count, nothing is rounded."""
        exponent = self.amount.as_tuple().exponent
        if isinstance(exponent, int) and -exponent > decimals:
            raise AmountInvalid(f"{self.currency} has {decimals} decimals")

    def require_positive(self) -> None:
        """Refuse zero and less."""
        if self.amount <= 0:
            raise AmountInvalid("the amount must be more than zero")

    def __add__(self, other: "Money") -> "Money":
        self._require_same(other)
        return Money(CONTEXT.add(self.amount, other.amount), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._require_same(other)
        return Money(CONTEXT.subtract(self.amount, other.amount), self.currency)

    def __neg__(self) -> "Money":
        return Money(self.amount.copy_negate(), self.currency)

    def __lt__(self, other: "Money") -> bool:
        self._require_same(other)
        return self.amount < other.amount

    def __le__(self, other: "Money") -> bool:
        self._require_same(other)
        return self.amount <= other.amount

    def __bool__(self) -> bool:
        return bool(self.amount)

    def text(self, decimals: int) -> str:
        """Write the amount with exactly ``decimals`` decimals.

        Raises: AmountInvalid when that would lose something.
        """
        return amount_text(self.amount, decimals)

    def _require_same(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} cannot be mixed")


def quantize(amount: Decimal, decimals: int, rounding: str = decimal.ROUND_HALF_EVEN) -> Decimal:
    """Round an amount to ``decimals`` decimals, with the mode named by the caller."""
    return amount.quantize(Decimal(1).scaleb(-decimals), rounding=rounding, context=_ROUNDING)


def amount_text(amount: Decimal, decimals: int) -> str:
    """Write a Decimal with exactly ``decimals`` decimals.

    Raises: AmountInvalid when the amount has more decimals than that.
    """
    shown = quantize(amount, decimals)
    if shown != amount:
        raise AmountInvalid(f"{amount} has more than {decimals} decimals")
    return format(shown, "f").removeprefix("-") if shown.is_zero() else format(shown, "f")


def dollars_text(amount: Decimal, rounding: str = decimal.ROUND_UP) -> str:
    """Write a value in US dollars, which may be finer than a cent, in whole cents.

    What was used is rounded up and what is left is rounded down, so that nobody is promised more
    than there is, and both together stay what they were.
    """
    return amount_text(quantize(amount, CENTS, rounding), CENTS)


def trimmed_text(amount: Decimal) -> str:
    """Write a Decimal without zeros at its end, as staff read terms and prices."""
    return format(amount.normalize(CONTEXT) if amount else Decimal(0), "f")


def less(amount: Decimal, *taken: Decimal) -> Decimal:
    """Take Decimals away from one exactly; a bare minus rounds at 28 digits."""
    for part in taken:
        amount = CONTEXT.subtract(amount, part)
    return amount


def total(amounts: Iterable[Decimal]) -> Decimal:
    """Add up Decimals exactly; the built-in ``sum`` rounds at 28 digits."""
    result = Decimal(0)
    for amount in amounts:
        result = CONTEXT.add(result, amount)
    return result
