"""The steps that people take with a withdrawal: approve, reject, cancel; giving the money back."""

from typing import Any

from coinhub.core.actor import Actor
from coinhub.core.db import ClockTimestamp, require_transaction
from wallets.ledger.drafts import Leg, leg
from wallets.ledger.request import Booked, MoneyRequest
from wallets.ledger.steps import StepDraft, Take, step
from wallets.models import BalanceType, Hold, Transaction, Withdrawal

State = Transaction.State
PURPOSE = "withdrawal"


def approve_step(*, txn: Transaction, actor: Actor) -> None:
    """Let a withdrawal that waits for staff go to the worker.

    Atomic: needs the caller's transaction, that of the approval.
    Repeat: refused, it is approved.
    Writes: Transaction, Withdrawal.
    Raises: MoveNotAllowed.
    """
    require_transaction()
    draft = StepDraft(txn, (State.PENDING_REVIEW,), State.APPROVED, "approve")
    step(draft, actor=actor, event="withdrawal.approved")
    Withdrawal.objects.filter(transaction_id=txn.pk).update(next_at=ClockTimestamp(), looks=0)


def reject_step(*, txn: Transaction, reason: str, actor: Actor) -> None:
    """Refuse a withdrawal that waits for staff, and give the money back; the customer sees why.

    Atomic: needs the caller's transaction.
    Repeat: refused, it is rejected.
    Writes: Journal with two Postings, Hold, Transaction (FAILED), Withdrawal.
    Raises: MoveNotAllowed.
    """
    require_transaction()
    give_back(
        txn,
        (State.PENDING_REVIEW,),
        State.REJECTED,
        actor=actor,
        event="withdrawal.rejected",
        details={"reason": reason},
    )
    Withdrawal.objects.filter(transaction_id=txn.pk).update(why=reason[:200])


def cancel_step(txn: Transaction, from_states: tuple[str, ...], *, actor: Actor, why: str) -> None:
    """Cancel a withdrawal for its customer, who did not.

    Atomic: needs the caller's transaction.
    Writes: Journal with two Postings, Hold, Transaction (CANCELLED).
    Raises: MoveNotAllowed.
    """
    require_transaction()
    give_back(
        txn,
        from_states,
        State.CANCELLED,
        actor=actor,
        event="withdrawal.cancelled",
        details={"reason": why},
    )


def give_back_step(
    txn: Transaction, from_states: tuple[str, ...], *, actor: Actor, why: str
) -> None:
    """Fail a withdrawal and make its money available again.

    Atomic: needs the caller's transaction.
    Writes: Journal with two Postings, Hold, Transaction (FAILED), Withdrawal.
    Raises: MoveNotAllowed.
    """
    require_transaction()
    give_back(
        txn,
        from_states,
        State.FAILED,
        actor=actor,
        event="withdrawal.failed",
        details={"reason": why},
    )
    Withdrawal.objects.filter(transaction_id=txn.pk).update(why=why[:200])


def hold_of(txn: Transaction) -> Hold | None:
    """Give the hold that keeps the money of a withdrawal, while it does."""
    holds = Hold.objects.select_related("wallet").filter(
        transaction_id=txn.pk, purpose=PURPOSE, state=Hold.State.OPEN
    )
    return holds.first()


def give_back(
    txn: Transaction,
    from_states: tuple[str, ...],
    to: str,
    *,
    actor: Actor,
    event: str,
    request: MoneyRequest | None = None,
    details: dict[str, Any] | None = None,
) -> Booked:
    """Take the step that makes the money of a withdrawal available again.

    Atomic: one statement; joins the caller's transaction.
    Raises: MoveNotAllowed.
    """
    hold = hold_of(txn)
    legs: tuple[Leg, ...] = ()
    takes: tuple[Take, ...] = ()
    if hold is not None:  # else the state refuses, before legs are looked at
        legs = (
            leg(hold.wallet, hold.remaining.copy_negate(), BalanceType.LOCKED),
            leg(hold.wallet, hold.remaining),
        )
        takes = (Take(hold, hold.remaining, Hold.State.VOIDED),)
    draft = StepDraft(txn, from_states, to, to, legs=legs, takes=takes, details=details or {})
    return step(draft, actor=actor, event=event, request=request)
