"""Following withdrawals: those that cool, those under way, and those that wait for nobody."""

from collections.abc import Callable
from decimal import Decimal

import structlog
from django.db import transaction

from coinhub.core.actor import Actor
from coinhub.core.db import database_clock
from coinhub.core.errors import DomainError
from coinhub.core.money import Money
from kyc.models import Case
from wallets.ledger.steps import StepDraft, step
from wallets.models import Transaction, Withdrawal, WithdrawalAttempt
from wallets.policies.gates import Customer
from wallets.rails.base import PaymentNews, Rail, Report, Standing
from wallets.rails.configured import all_rails
from wallets.selectors import withdrawals
from wallets.selectors.standings import standing_of
from wallets.services import payout_reports
from wallets.services.payout_steps import WORKER, as_told, keep, lock
from wallets.services.withdrawal_steps import cancel_step
from wallets.services.withdrawals import WAITS_AT_MOST, after_cooling, lock_allowance

State = Transaction.State
log = structlog.get_logger(__name__)


def track_due() -> int:
    """Ask the rails what became of what is due, and say how many were asked after.

    Atomic: the rail is asked outside of every transaction.
    Repeat: what is true already changes nothing.
    Writes: as ``payout_reports.apply``.
    """
    due = _ids_due(*withdrawals.WATCHED)
    for pk in due:
        try:
            _track(Withdrawal.objects.get(pk=pk))
        except DomainError as refusal:  # it stays due, which staff are told of, and holds none up
            log.warning("withdrawal_not_tracked", withdrawal=pk, code=refusal.code)
    return len(due)


def move_cooled() -> int:
    """Let withdrawals that cool no more go on: to staff, or to the worker.

    Atomic: each is a transaction of its own.
    Repeat: what went on stays where it went.
    Writes: Transaction, Withdrawal.
    """
    return _each_due(State.COOLING, _cooled)


def cancel_forgotten() -> int:
    """Cancel what nobody decided upon within a week, and give the money back.

    Atomic: each is a transaction of its own.
    Repeat: nothing is left.
    Writes: Journal with two Postings, Hold, Transaction (CANCELLED).
    """
    return _each_due(State.PENDING_REVIEW, _forgotten)


def take_news(*, rail: Rail, news: PaymentNews, actor: Actor) -> None:
    """Take what a rail tells of a payment by itself.

    Atomic: opens its own transaction.
    Repeat: nothing more happens.
    Raises: NotYours for a reference that this rail was never given, AmountInvalid for amounts finer
        than the currency is.
    """
    attempt = withdrawals.find_attempt(rail.name, news.reference)
    _require_scale(attempt, news.report)
    payout_reports.apply(attempt_id=attempt.pk, report=news.report, actor=actor)


def _each_due(state: str, move: Callable[[Withdrawal], None]) -> int:
    """Move what is due in a state, each by itself: one that refuses holds no other up."""
    moved = 0
    for pk in _ids_due(state):
        try:
            with transaction.atomic(durable=True):
                move(lock(pk))
        except DomainError as refusal:
            log.warning("withdrawal_not_moved", withdrawal=pk, code=refusal.code)
        else:
            moved += 1
    return moved


def _ids_due(*states: str) -> list[int]:
    """List all that is due now, the longest overdue first; there is no end to what is looked at."""
    return list(withdrawals.due_in(*states).values_list("pk", flat=True))


def _require_scale(attempt: WithdrawalAttempt, report: Report) -> None:
    """Refuse, before anything is booked, what could be booked in part only."""
    currency = attempt.withdrawal.transaction.currency
    for amount in (report.cost, report.returned or Decimal(0)):
        Money(amount.normalize(), currency.code).require_scale(currency.decimals)


def _track(row: Withdrawal) -> None:
    made = withdrawals.newest_attempt(row)
    if made is None:  # it ended before anybody was asked to pay it
        keep(row, next_at=None)
        return
    report = _look_up(row)
    _require_scale(made, report)
    payout_reports.apply(attempt_id=made.pk, report=report, actor=WORKER)


def _look_up(row: Withdrawal) -> Report:
    """Ask the rail what became of the newest attempt; no answer is one: nothing is known."""
    made = withdrawals.newest_attempt(row)
    rail = next((rail for rail in all_rails() if rail.name == row.rail), None)
    if made is None or rail is None:
        return Report(Standing.UNKNOWN)
    txn = Transaction.objects.select_related("currency").get(pk=row.transaction_id)
    try:
        return rail.look_up(as_told(row, txn, made), database_clock())
    except Exception:  # noqa: BLE001  # an adapter's fault says nothing about the payment
        log.exception("rail_failed", rail=row.rail, reference=made.reference)
        return Report(Standing.UNKNOWN)


def _forgotten(row: Withdrawal) -> None:
    if row.transaction.state != State.PENDING_REVIEW:
        return
    why = "nobody decided within seven days"
    cancel_step(row.transaction, (State.PENDING_REVIEW,), actor=WORKER, why=why)
    keep(row, next_at=None, why=why)


def _cooled(row: Withdrawal) -> None:
    txn = row.transaction
    owner = txn.payer_wallet.owner
    if txn.state != State.COOLING or owner is None:
        return
    lock_allowance(owner.pk)
    case = Case.objects.filter(customer=owner).first()
    customer = Customer(owner.pk, case.status, case.tier) if case else Customer(owner.pk)
    now = database_clock()
    usd = txn.usd_value or Decimal(0)
    to, next_at = after_cooling(customer, usd, now, besides=txn.pk)
    if customer.kyc_status != Case.Status.APPROVED or not standing_of(owner.pk).may_pay:
        to, next_at = State.PENDING_REVIEW, now + WAITS_AT_MOST
    step(StepDraft(txn, (State.COOLING,), to, "cooled"), actor=WORKER, event=f"withdrawal.{to}")
    keep(row, next_at=next_at)
