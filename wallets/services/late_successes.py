"""Late success: a rail paid what had ended here. That is booked, not wished away."""

from decimal import Decimal

from django.db.models import Sum

from coinhub.core.actor import Actor
from coinhub.core.db import require_transaction
from coinhub.core.money import Money, trimmed_text
from wallets.ledger import chart
from wallets.ledger.drafts import leg
from wallets.ledger.steps import StepDraft, step
from wallets.models import Posting, Transaction, Wallet, Withdrawal, WithdrawalAttempt
from wallets.rails.base import Report
from wallets.selectors import house
from wallets.services.incidents import stop_step

State = Transaction.State
ENDED_UNPAID = (State.CANCELLED, State.REJECTED, State.FAILED)
LATE = "late"


def book_step(row: Withdrawal, attempt: WithdrawalAttempt, report: Report, actor: Actor) -> None:
    """Book the payment: from what the customer has available, the rest from the reserve.

    No fee is taken. Withdrawals stop until people have looked at it.

    Atomic: needs the caller's transaction, which holds the withdrawal.
    Repeat: refused, it is completed.
    Writes: Journal with Postings, Transaction (COMPLETED), AuditEvents, Stop.
    Raises: InsufficientFunds when the customer has spent meanwhile (try again), or when the reserve
        is short.
    """
    require_transaction()
    txn = row.transaction
    paid = Money(txn.amount, txn.currency_id)
    taken = Money(_available(txn), txn.currency_id)
    taken = min(taken, paid)
    rest = (paid - taken).amount
    reserve = house.get_house_wallet(chart.RESERVE, txn.currency_id)
    legs = (
        *((leg(txn.payer_wallet, taken.amount.copy_negate()),) if taken else ()),
        *((leg(reserve, rest.copy_negate()),) if rest else ()),
        leg(txn.payee_wallet, txn.amount),
    )
    told = {"taken": trimmed_text(taken.amount), "covered": trimmed_text(rest)}
    draft = StepDraft(txn, ENDED_UNPAID, State.COMPLETED, LATE, legs=legs, details=told)
    step(draft, actor=actor, event="withdrawal.late_success")
    was = txn.state
    txn.state = State.COMPLETED
    stop_step(
        row,
        "withdrawal.late_success",
        told | {"was": str(was), "reference": attempt.reference, "rail": report.external_ref},
    )


def covered_of(txn: Transaction) -> Decimal:
    """Say what the reserve paid of a late success; nothing of any other payment."""
    reserve = house.get_house_wallet(chart.RESERVE, txn.currency_id)
    rows = Posting.objects.filter(
        journal__transaction=txn, journal__kind=LATE, wallet=reserve, shard=reserve.shard
    )
    found: Decimal = rows.aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
    return found.copy_negate()


def _available(txn: Transaction) -> Decimal:
    """Give what can be taken from the customer now; a frozen wallet gives nothing."""
    wallet = Wallet.objects.get(pk=txn.payer_wallet_id)
    if wallet.status != Wallet.Status.ACTIVE:
        return Decimal(0)
    available: Decimal = wallet.available
    return max(available, Decimal(0))
