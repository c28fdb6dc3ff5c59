"""The steps of a withdrawal between the worker's claim and the end, and what each leaves to do."""

from datetime import timedelta

from coinhub.core.actor import Actor
from coinhub.core.db import ClockTimestamp
from wallets.ledger.steps import StepDraft, step
from wallets.models import Transaction, Withdrawal, WithdrawalAttempt
from wallets.rails.base import Attempt, Refused
from wallets.selectors import withdrawals
from wallets.services.withdrawal_steps import give_back_step

State = Transaction.State
MOST_ATTEMPTS = 5
STALE = timedelta(seconds=60)  # an attempt without an outcome is looked up after that
BACK_OFF = timedelta(seconds=30)  # doubled with each attempt
WORKER = Actor(kind="worker")


def as_told(row: Withdrawal, txn: Transaction, made: WithdrawalAttempt) -> Attempt:
    """Say to a rail what is to be paid."""
    destination = row.destination
    return Attempt(
        reference=made.reference,
        amount=txn.amount,
        currency=txn.currency_id,
        decimals=txn.currency.decimals,
        network=destination.network,
        address=destination.address,
        made_at=made.made_at,
    )


def lock(withdrawal_id: int) -> Withdrawal:
    """Hold a withdrawal until the end of the transaction, and read where it stands now."""
    rows = Withdrawal.objects.select_for_update(of=("self",), no_key=True)
    row = rows.get(pk=withdrawal_id)
    row.transaction = Transaction.objects.select_related(
        "currency", "payer_wallet__owner__kyc_case", "payee_wallet"
    ).get(pk=row.transaction_id)
    return row


def mark(attempt_id: int, outcome: str, said: str) -> None:
    """Write down what came of an attempt; a refusal is never taken back."""
    rows = WithdrawalAttempt.objects.filter(pk=attempt_id)
    rows.exclude(outcome=WithdrawalAttempt.Outcome.REFUSED).update(outcome=outcome, said=said[:200])


def sent_step(row: Withdrawal, external_ref: str, from_states: tuple[str, ...]) -> None:
    """Note that the rail took it; the tracker asks until it is final."""
    draft = StepDraft(
        row.transaction, from_states, State.SENT, "sent", details={"external_ref": external_ref}
    )
    step(draft, actor=WORKER, event="withdrawal.sent")
    row.transaction.state = State.SENT
    keep(row, next_at=ClockTimestamp(), external_ref=external_ref[:200], unclear_since=None)


def unknown_step(row: Withdrawal) -> None:
    """Note that nobody knows whether it was paid; only a look-up ends that, never time."""
    draft = StepDraft(row.transaction, (State.PROCESSING,), State.UNKNOWN, "unknown")
    step(draft, actor=WORKER, event="withdrawal.unknown")
    row.transaction.state = State.UNKNOWN
    keep(row, next_at=ClockTimestamp() + BACK_OFF, unclear_since=ClockTimestamp())


def refused_step(row: Withdrawal, refused: Refused) -> None:
    """Try again later, or give the money back."""
    last = withdrawals.newest_attempt(row)
    number = last.number if last else 1
    if refused.retryable and number < MOST_ATTEMPTS:
        retry_step(row, (State.PROCESSING,), BACK_OFF * 2**number, refused.reason)
        return
    give_back_step(row.transaction, (State.PROCESSING,), actor=WORKER, why=refused.reason)
    row.transaction.state = State.FAILED
    keep(row, next_at=ClockTimestamp() + BACK_OFF)


def retry_step(row: Withdrawal, from_states: tuple[str, ...], pause: timedelta, why: str) -> None:
    """Let the worker claim it again after a pause."""
    draft = StepDraft(
        row.transaction, from_states, State.APPROVED, "again", details={"reason": why}
    )
    step(draft, actor=WORKER, event="withdrawal.retried")
    row.transaction.state = State.APPROVED
    keep(row, next_at=ClockTimestamp() + pause, unclear_since=None)


def keep(row: Withdrawal, **values: object) -> None:
    """Note what is to be done next; the looks are counted from here."""
    Withdrawal.objects.filter(pk=row.pk).update(looks=0, **values)
