"""What a payment to the outside books when it is final: the money, its cost, what comes back."""

from decimal import Decimal

import structlog
from django.db import transaction

from coinhub.core.actor import Actor
from coinhub.core.db import ClockTimestamp, require_transaction
from coinhub.core.money import less, trimmed_text
from wallets.ledger import chart, journals
from wallets.ledger.drafts import Leg, leg
from wallets.ledger.errors import InsufficientFunds
from wallets.ledger.steps import StepDraft, Take, step
from wallets.models import BalanceType, Hold, Receipt, Transaction, Withdrawal, WithdrawalAttempt
from wallets.rails.base import Report
from wallets.selectors import house
from wallets.services import deposits, late_successes, receipts
from wallets.services.payout_steps import BACK_OFF, keep, lock
from wallets.services.receipt_states import settle_step
from wallets.services.withdrawal_steps import hold_of

State = Transaction.State
COST = "network_cost"
PAY_COST_FROM = (chart.TREASURY, chart.RESERVE)
log = structlog.get_logger(__name__)


def complete_step(row: Withdrawal, actor: Actor) -> None:
    """Book that the money is gone: out of what was locked, to the outside and to the fee.

    Atomic: needs the caller's transaction, which holds the withdrawal.
    Repeat: refused, it is completed.
    Writes: Journal with Postings, Hold, Transaction (COMPLETED), Withdrawal.
    Raises: MoveNotAllowed.
    """
    require_transaction()
    txn, hold = row.transaction, hold_of(row.transaction)
    legs: tuple[Leg, ...] = ()
    takes: tuple[Take, ...] = ()
    if hold is not None:  # else the state refuses, before legs are looked at
        legs = (
            leg(hold.wallet, hold.remaining.copy_negate(), BalanceType.LOCKED),
            leg(txn.payee_wallet, txn.amount),
            *_fee(txn),
        )
        takes = (Take(hold, hold.remaining, Hold.State.CAPTURED),)
    draft = StepDraft(txn, (State.SENT,), State.COMPLETED, "complete", legs=legs, takes=takes)
    step(draft, actor=actor, event="withdrawal.completed")
    txn.state = State.COMPLETED
    keep(row, next_at=ClockTimestamp() + BACK_OFF)


def bounce_step(row: Withdrawal, attempt: WithdrawalAttempt, report: Report, actor: Actor) -> None:
    """Book what came back of a payment as an arrival of its own, and link the two.

    The withdrawal stays in the books as it was; what came back goes where a deposit would go, and
    waits for what a deposit would wait for. It costs nothing. Of a late success the reserve gets
    back first what it had covered: the customer has had that part.

    Atomic: needs the caller's transaction, which holds the withdrawal.
    Repeat: refused, it has bounced; the receipt is there once.
    Writes: Transaction (REVERSED), Withdrawal; Receipt, and a deposit; for the reserve a Journal.
    Raises: MoveNotAllowed, RoutedAnew.
    """
    require_transaction()
    txn = row.transaction
    came_back = _book_bounce(txn, report, actor)
    txn.state = State.BOUNCED
    keep(row, next_at=None, why=(report.reason or "the other side sent it back")[:200])
    if came_back:
        _credit(row, attempt, came_back, actor)


def _book_bounce(txn: Transaction, report: Report, actor: Actor) -> Decimal:
    """Take the step, give the reserve back what it had covered, and say what is left of it."""
    came_back = txn.amount if report.returned is None else min(report.returned, txn.amount)
    covered = min(late_successes.covered_of(txn), came_back)
    legs: tuple[Leg, ...] = ()
    if covered:
        reserve = house.get_house_wallet(chart.RESERVE, txn.currency_id)
        legs = (leg(txn.payee_wallet, covered.copy_negate()), leg(reserve, covered))
    details = {"returned": str(came_back), "covered": trimmed_text(covered)}
    draft = StepDraft(txn, (State.COMPLETED,), State.BOUNCED, "bounce", legs=legs, details=details)
    step(draft, actor=actor, event="withdrawal.bounced")
    return less(came_back, covered)


def _credit(row: Withdrawal, attempt: WithdrawalAttempt, came_back: Decimal, actor: Actor) -> None:
    """Book what came back as an arrival for the customer, or into suspense."""
    txn = row.transaction
    customer = txn.payer_wallet.owner
    receipt = Receipt.objects.create(
        rail=row.rail,
        external_ref=f"{receipts.BOUNCE}{attempt.reference}",
        account=str(customer.pk) if customer else "",
        customer=customer,
        amount=came_back,
        currency_id=txn.currency_id,
    )
    booked = (
        deposits.credit_step(receipt=receipt, customer=customer, actor=actor, is_free=True)
        if customer
        else None
    )
    if booked is not None:
        settle_step(receipt, Receipt.State.CREDITED, booked.transaction, customer)
        return
    booked = deposits.suspense_step(receipt=receipt, why=Receipt.State.UNMATCHED, actor=actor)
    settle_step(receipt, Receipt.State.UNMATCHED, booked.transaction, customer)


def book_cost(withdrawal_id: int, report: Report) -> None:
    """Book what the rail took on the house: the treasury pays, the reserve when that is short.

    It never holds a withdrawal up: where both are short the next look at it tries again.

    Atomic: opens its own transactions.
    Repeat: booked once, ever.
    Writes: Journal with two Postings, Withdrawal.
    """
    for code in PAY_COST_FROM:
        try:
            with transaction.atomic(durable=True):
                row = lock(withdrawal_id)
                if row.cost is not None:
                    return
                txn = row.transaction
                payer = house.get_house_wallet(code, txn.currency_id)
                legs = (leg(payer, report.cost.copy_negate()), leg(txn.payee_wallet, report.cost))
                journals.post(txn, kind=COST, legs=legs, category=COST)
                Withdrawal.objects.filter(pk=row.pk).update(cost=report.cost)
                return
        except InsufficientFunds:
            continue
    log.warning("cost_not_booked", withdrawal=withdrawal_id, cost=str(report.cost))


def _fee(txn: Transaction) -> tuple[Leg, ...]:
    if not txn.fee:
        return ()
    return (leg(house.get_house_wallet(chart.FEE_WITHDRAWAL, txn.currency_id), txn.fee),)
