"""The caller's name for a request, and the answer that is kept for it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from wallets.models import Transaction

LIFETIME = timedelta(hours=24)  # answers are replayed for so long; keys are never forgotten
TIME_OF_BOOKING = "\x01"  # filled in by ledger_claim_key_v1; JSON text never holds it unescaped


@dataclass(frozen=True, slots=True)
class Answer:
    """What the caller was told: an HTTP status and the very text."""

    status: int
    body: str


@dataclass(frozen=True, slots=True)
class MoneyRequest:
    """One request to move money, made by the edge.

    ``fingerprint`` is the SHA-256 of what was sent, never of the draft: a price may change between
    two tries. ``answer`` renders what the caller will be told, from the transaction as it will be;
    where its times are not known yet it writes TIME_OF_BOOKING.
    """

    caller: UUID
    key: str
    fingerprint: bytes
    answer: Callable[[Transaction], Answer] | None = None


@dataclass(frozen=True, slots=True)
class Booked:
    """What was booked, or found booked before, and the text kept for the caller."""

    transaction: Transaction
    replayed: bool
    answer: Answer | None
