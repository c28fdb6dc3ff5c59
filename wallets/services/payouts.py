"""Payouts: the worker hands approved withdrawals to their rail, and follows them to the end.

An attempt is committed before the rail is asked, and the rail is asked outside of every
transaction. Whatever happens between two steps, the next run goes on by what is written: an attempt
without an outcome is looked up, never failed, and sent again only under the same reference.
"""

import time
from dataclasses import dataclass

import structlog
from django.db import transaction

from coinhub.core.db import ClockTimestamp
from coinhub.core.errors import DomainError
from wallets.ledger.errors import MoveNotAllowed, ServicePaused
from wallets.ledger.steps import StepDraft, step
from wallets.models import Transaction, Withdrawal, WithdrawalAttempt
from wallets.rails.base import Attempt, Outcome, Rail, Refused, Sent, Unclear
from wallets.rails.configured import all_rails
from wallets.selectors import withdrawals
from wallets.services import payout_steps
from wallets.services.payout_steps import STALE, WORKER
from wallets.services.withdrawal_steps import PURPOSE

State = Transaction.State
SEND_WITHIN_S = 20  # a worker that slept longer between claim and call leaves it to the tracker
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Claimed:
    """One withdrawal that this worker pays now, as the rail is told of it."""

    withdrawal_id: int
    attempt_id: int
    rail: Rail
    attempt: Attempt
    claimed_at: int  # by the clock that only goes forward, in nanoseconds


def send_due(*, most: int = 100) -> int:
    """Hand approved withdrawals to their rails, and say how many.

    Atomic: claim and outcome are a transaction each; the rail is asked between them.
    Repeat: another worker claims others; what is claimed is nobody else's.
    Writes: WithdrawalAttempt, Transaction, Withdrawal; what is refused for good gives the money
        back.
    """
    sent = 0
    while sent < most:
        claimed = claim()
        if claimed is None:
            break
        sent += 1
        if time.monotonic_ns() - claimed.claimed_at < SEND_WITHIN_S * 10**9:
            record(claimed, ask(claimed))
    return sent


def claim() -> Claimed | None:
    """Take the next withdrawal, and write the attempt down before anybody is asked to pay it.

    One whose rail is gone waits, and holds no other up; it can be cancelled.

    Atomic: opens its own transaction. Cancel and claim change the same row: one of them wins.
    """
    for _ in range(10):
        try:
            with transaction.atomic(durable=True):
                rows = withdrawals.may_be_sent().filter(rail__in=[one.name for one in all_rails()])
                row = rows.select_for_update(of=("self",), skip_locked=True, no_key=True).first()
                return None if row is None else _claim(row)
        except MoveNotAllowed:
            continue  # it was cancelled between the look and the step
        except ServicePaused:
            return None
    return None


def ask(claimed: Claimed) -> Outcome:
    """Ask the rail to pay; whatever goes wrong there may have been paid."""
    try:
        return claimed.rail.send(claimed.attempt)
    except Exception:  # noqa: BLE001  # an adapter's fault must not fail a payment that was taken
        log.exception("rail_failed", rail=claimed.rail.name, reference=claimed.attempt.reference)
        return Unclear("the adapter failed")


def record(claimed: Claimed, outcome: Outcome) -> None:
    """Write down what the rail answered.

    Atomic: opens its own transaction.
    Repeat: what was moved on meanwhile, by the tracker or by the rail's own news, stays.
    Writes: WithdrawalAttempt, Transaction, Withdrawal; perhaps the journal that gives it back.
    """
    try:
        with transaction.atomic(durable=True):
            row = payout_steps.lock(claimed.withdrawal_id)
            if row.transaction.state != State.PROCESSING:
                return
            if isinstance(outcome, Sent):
                payout_steps.mark(claimed.attempt_id, "sent", outcome.external_ref)
                payout_steps.sent_step(row, outcome.external_ref, (State.PROCESSING,))
            elif isinstance(outcome, Refused):
                payout_steps.mark(claimed.attempt_id, "refused", outcome.reason)
                payout_steps.refused_step(row, outcome)
            else:
                payout_steps.mark(claimed.attempt_id, "unclear", outcome.reason)
                payout_steps.unknown_step(row)
    except DomainError as refusal:  # the tracker looks it up
        log.warning("outcome_not_recorded", code=refusal.code, withdrawal=claimed.withdrawal_id)


def _claim(row: Withdrawal) -> Claimed:
    txn = Transaction.objects.select_related("currency").get(pk=row.transaction_id)
    rail = next(rail for rail in all_rails() if rail.name == row.rail)
    draft = StepDraft(txn, (State.APPROVED,), State.PROCESSING, "claim", operation=PURPOSE)
    step(draft, actor=WORKER, event="withdrawal.processing")
    made = _attempt(row, txn)
    Withdrawal.objects.filter(pk=row.pk).update(next_at=ClockTimestamp() + STALE, looks=0)
    return Claimed(row.pk, made.pk, rail, payout_steps.as_told(row, txn, made), time.monotonic_ns())


def _attempt(row: Withdrawal, txn: Transaction) -> WithdrawalAttempt:
    """Give the attempt to make: the open one under its reference, or one more after a refusal."""
    last = withdrawals.newest_attempt(row)
    if last is not None and last.outcome != WithdrawalAttempt.Outcome.REFUSED:
        return last
    number = last.number + 1 if last else 1
    made = WithdrawalAttempt.objects.create(
        withdrawal=row, number=number, reference=f"{txn.public_id}/{number}"
    )
    made.refresh_from_db()
    return made
