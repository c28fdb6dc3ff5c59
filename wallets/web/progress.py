"""Where a withdrawal stands, in words for its customer."""

from dataclasses import dataclass
from datetime import datetime

from wallets.models import Transaction, Withdrawal
from wallets.selectors import withdrawals

State = Transaction.State
SAID = {
    State.COOLING: "It waits, because the address or your sign-in details are new. That is time to"
    " stop somebody who is not you.",
    State.PENDING_REVIEW: "Somebody of our staff looks at it first. After seven days without a"
    " decision the money comes back by itself.",
    State.APPROVED: "It goes out within a minute, unless withdrawals are paused.",
    State.PROCESSING: "It is being handed over.",
    State.UNKNOWN: "The other side has not answered yet. It is not lost and is never paid twice;"
    " we ask until we know.",
    State.SENT: "It is on its way and is confirmed soon.",
    State.COMPLETED: "It has left CoinHub.",
    State.FAILED: "It could not be paid. The money is available again.",
    State.REJECTED: "We did not pay it. The money is available again.",
    State.CANCELLED: "It was taken back. The money is available again.",
    State.BOUNCED: "It came back. You find it as a deposit.",
}
WAY = (
    ("Set aside", (State.COOLING, State.PENDING_REVIEW)),
    ("Approved", (State.APPROVED,)),
    ("Handed over", (State.PROCESSING, State.UNKNOWN)),
    ("On its way", (State.SENT,)),
    ("Arrived", (State.COMPLETED,)),
)
CANCELLABLE = (State.COOLING, State.PENDING_REVIEW, State.APPROVED)


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of the way, before, at or behind where the withdrawal is."""

    name: str
    is_done: bool
    is_here: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """A withdrawal as its customer reads it."""

    said: str
    why: str
    masked: str
    label: str
    until: datetime | None
    stages: tuple[Stage, ...]
    can_cancel: bool


def find_progress(txn: Transaction) -> Progress | None:
    """Say where a withdrawal stands; one that was only booked has no way to show."""
    found = withdrawals.find_withdrawal(txn) if txn.type == Transaction.Type.WITHDRAWAL else None
    return None if found is None else progress_of(found)


def progress_of(row: Withdrawal) -> Progress:
    """Say where a withdrawal stands."""
    state = State(row.transaction.state)
    return Progress(
        said=SAID[state],
        why=row.why,
        masked=row.destination.masked,
        label=row.destination.label,
        until=row.next_at if state == State.COOLING else None,
        stages=_stages(state),
        can_cancel=state in CANCELLABLE,
    )


def _stages(state: str) -> tuple[Stage, ...]:
    """Give the way; what ended before its end shows none."""
    here = next((place for place, (_, states) in enumerate(WAY) if state in states), None)
    if here is None:
        return ()
    last = len(WAY) - 1
    return tuple(
        Stage(name, place < here or here == last, place == here)
        for place, (name, _) in enumerate(WAY)
    )
