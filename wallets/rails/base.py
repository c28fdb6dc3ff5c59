"""Rails: how money reaches the outside and comes from there. The interface of an adapter.

An adapter speaks to one bank, card scheme or chain. It sees no rows: it is given values and answers
with values, and it is asked outside of any transaction.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from coinhub.core.errors import DomainError


class NoticeRefused(DomainError):
    """A notice that its rail did not sign, too old, or not of the form; which is not told."""

    code = "NOTICE_REFUSED"
    status = 401
    title = "This notice is not accepted"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to pay somebody outside.

    ``reference`` is ours, and the rail's key of repetition: the same reference is one payment,
    however often it is sent. ``decimals`` are those of the currency.
    """

    reference: str
    amount: Decimal
    currency: str
    decimals: int
    network: str
    address: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Sent:
    """The rail took it and will say what becomes of it; ``external_ref`` is the rail's name."""

    external_ref: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The rail did not take it, and never will under this reference."""

    reason: str
    retryable: bool


@dataclass(frozen=True, slots=True)
class Unclear:
    """No answer, or none that says whether it was taken: it may be paid."""

    reason: str


Outcome = Sent | Refused | Unclear


class Standing(StrEnum):
    """How a payment stands at the rail."""

    UNKNOWN = "unknown"  # the rail cannot say now
    NEVER_SEEN = "never_seen"  # the rail proves that it never took it
    ACCEPTED = "accepted"
    CONFIRMED = "confirmed"  # final: the money is gone
    FAILED = "failed"  # final: the money is still with us
    BOUNCED = "bounced"  # it was confirmed, and came back


@dataclass(frozen=True, slots=True)
class Report:
    """What the rail says of a payment.

    ``cost`` is what the rail took for it, in the same currency; ``returned`` how much came back of
    one that bounced.
    """

    standing: Standing
    external_ref: str = ""
    cost: Decimal = Decimal(0)
    returned: Decimal | None = None
    reason: str = ""


class Finality(StrEnum):
    """How sure an arrival is."""

    SEEN = "seen"  # there, but it may go again: too few confirmations
    FINAL = "final"
    DROPPED = "dropped"  # it was seen and is gone: replaced, reorganised


@dataclass(frozen=True, slots=True)
class Arrival:
    """Money that came in: ``external_ref`` is the rail's name for it, ``account`` whose it is."""

    external_ref: str
    account: str
    amount: Decimal
    currency: str
    finality: Finality
    confirmations: int = 0


@dataclass(frozen=True, slots=True)
class PaymentNews:
    """News of a payment that we sent, by our reference."""

    reference: str
    report: Report


@dataclass(frozen=True, slots=True)
class ReturnNews:
    """News of an arrival that we asked to send back: it is on its way for good, or it stays."""

    external_ref: str
    is_done: bool


Notice = Arrival | PaymentNews | ReturnNews


class Rail(Protocol):
    """An adapter to a bank, a card scheme or a chain.

    It has time-outs of its own. ``send`` raises nothing: what went wrong in an unknown way is
    ``Unclear``. The same reference gets the same answer from the rail, whenever it is sent again,
    a refusal included; on that rests that nothing is paid twice.
    """

    @property
    def name(self) -> str:
        """Name the rail, as its address for notices and its rows have it."""
        ...

    def serves(self, currency: str, network: str) -> bool:
        """Say whether it pays this currency over this network."""
        ...

    def minimum(self, currency: str) -> Decimal:
        """Give the least that is worth crediting; less goes to suspense."""
        ...

    def send(self, attempt: Attempt) -> Outcome:
        """Ask the rail to pay."""
        ...

    def look_up(self, attempt: Attempt, now: datetime) -> Report:
        """Ask what became of a payment, by our reference."""
        ...

    def send_back(self, external_ref: str) -> bool | None:
        """Ask the rail to return an arrival: done, refused, or ``None`` when it will tell later.

        Asked again until it is one or the other, so the same arrival goes back once.
        """
        ...

    def read_notice(self, body: bytes, headers: Mapping[str, str], now: datetime) -> list[Notice]:
        """Check the signature over the raw bytes and read what the rail tells.

        Raises: NoticeRefused.
        """
        ...
