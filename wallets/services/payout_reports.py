"""What a rail says of a payment, put into the books: completed, failed, bounced, paid late."""

from collections.abc import Callable
from datetime import timedelta

from coinhub.core.actor import Actor
from coinhub.core.db import ClockTimestamp, database_clock
from wallets.ledger.errors import InsufficientFunds
from wallets.ledger.steps import StepDraft, step
from wallets.models import Transaction, Withdrawal, WithdrawalAttempt
from wallets.rails.base import Report, Standing
from wallets.selectors import withdrawals
from wallets.services import incidents, late_successes, routed
from wallets.services.late_successes import ENDED_UNPAID
from wallets.services.payout_bookings import book_cost, bounce_step, complete_step
from wallets.services.payout_steps import (
    BACK_OFF,
    keep,
    lock,
    retry_step,
    sent_step,
    unknown_step,
)
from wallets.services.withdrawal_steps import give_back_step

State = Transaction.State
LONGEST_PAUSE = timedelta(hours=1)
WATCHED_FOR = timedelta(days=1)  # how long what has ended is still asked after; then rails tell us
TELL_STAFF_AFTER = timedelta(minutes=60)
GONE = (Standing.CONFIRMED, Standing.BOUNCED)


def apply(*, attempt_id: int, report: Report, actor: Actor) -> None:
    """Take a withdrawal as far as a report says it is.

    Atomic: opens its own transaction; the rail's cost is one more.
    Repeat: what is true already changes nothing.
    Writes: Transaction, Withdrawal, Journal with Postings, Hold; of a bounce a deposit.
    """
    attempt = WithdrawalAttempt.objects.get(pk=attempt_id)
    for tries_left in (1, 0):
        try:
            routed.run(lambda: _apply(attempt, report, actor))
            break
        except InsufficientFunds:  # of a late success: the customer has spent it this moment,
            if not tries_left:  # or nobody can cover it now, and staff must
                incidents.report_uncovered(attempt)
                return
    if report.standing in GONE and report.cost:
        book_cost(attempt.withdrawal_id, report)


def _apply(attempt: WithdrawalAttempt, report: Report, actor: Actor) -> None:
    row = lock(attempt.withdrawal_id)
    newest = withdrawals.newest_attempt(row)
    if newest is not None and newest.pk != attempt.pk:
        if report.standing in GONE:
            incidents.report_twice_step(row, attempt, report, actor)
        return
    HANDLERS.get(row.transaction.state, _wait)(row, attempt, report, actor)


def _open(row: Withdrawal, attempt: WithdrawalAttempt, report: Report, actor: Actor) -> None:
    """Handed over, and nobody knows more yet: ``processing`` or ``unknown``."""
    here = (str(row.transaction.state),)
    if report.standing in (Standing.ACCEPTED, Standing.FAILED, *GONE):
        _taken(row, report, here)
        _sent(row, attempt, report, actor)
    elif report.standing == Standing.NEVER_SEEN:
        retry_step(row, here, BACK_OFF, "the rail never took it")
    elif row.transaction.state == State.PROCESSING:
        unknown_step(row)
    else:
        _wait(row, attempt, report, actor)


def _taken(row: Withdrawal, report: Report, here: tuple[str, ...]) -> None:
    WithdrawalAttempt.objects.filter(withdrawal=row, outcome__in=["", "unclear"]).update(
        outcome="sent", said=report.external_ref[:200]
    )
    sent_step(row, report.external_ref, here)


def _approved(row: Withdrawal, attempt: WithdrawalAttempt, report: Report, actor: Actor) -> None:
    """Waits to be sent again, and was paid after all."""
    if report.standing not in (Standing.ACCEPTED, *GONE):
        return
    draft = StepDraft(row.transaction, (State.APPROVED,), State.PROCESSING, "claim")
    step(draft, actor=actor, event="withdrawal.processing")
    _taken(row, report, (State.PROCESSING,))
    _sent(row, attempt, report, actor)


def _sent(row: Withdrawal, attempt: WithdrawalAttempt, report: Report, actor: Actor) -> None:
    if report.standing in GONE:
        complete_step(row, actor)
        _completed(row, attempt, report, actor)
    elif report.standing == Standing.FAILED:
        why = report.reason or "the rail could not pay it"
        give_back_step(row.transaction, (State.SENT,), actor=actor, why=why)
        row.transaction.state = State.FAILED
        keep(row, next_at=ClockTimestamp() + BACK_OFF)
    else:
        _wait(row, attempt, report, actor)


def _completed(row: Withdrawal, attempt: WithdrawalAttempt, report: Report, actor: Actor) -> None:
    if report.standing == Standing.BOUNCED:
        bounce_step(row, attempt, report, actor)
    else:
        _wait(row, attempt, report, actor)


def _unpaid(row: Withdrawal, attempt: WithdrawalAttempt, report: Report, actor: Actor) -> None:
    """Ended here without being paid; what came back by itself is as if it had not gone."""
    if report.standing == Standing.CONFIRMED:
        late_successes.book_step(row, attempt, report, actor)
        keep(row, next_at=ClockTimestamp() + BACK_OFF)
    else:
        _wait(row, attempt, report, actor)


def _wait(row: Withdrawal, _attempt: WithdrawalAttempt, _report: Report, _actor: Actor) -> None:
    """Look again later: less and less often, and after the end only for a day."""
    txn = row.transaction
    now = database_clock()
    pause = min(BACK_OFF * 2 ** min(row.looks, 10), LONGEST_PAUSE)
    next_at = now + pause
    if txn.completed_at is not None and now - txn.completed_at > WATCHED_FOR:
        next_at = None
    row.looks += 1
    row.next_at = next_at
    row.save(update_fields=["looks", "next_at"])
    if (
        txn.state == State.UNKNOWN
        and row.unclear_since is not None
        and now - row.unclear_since > TELL_STAFF_AFTER
    ):
        incidents.tell_staff_step(row, "nobody knows whether it was paid")


Handler = Callable[[Withdrawal, WithdrawalAttempt, Report, Actor], None]
HANDLERS: dict[str, Handler] = {
    State.PROCESSING: _open,
    State.UNKNOWN: _open,
    State.APPROVED: _approved,
    State.SENT: _sent,
    State.COMPLETED: _completed,
    **dict.fromkeys(ENDED_UNPAID, _unpaid),
}
