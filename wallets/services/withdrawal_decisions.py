"""Reviews of withdrawals: the customer asked for it, one member of staff lets it go or does not.

Above the automatic limit this is the second pair of eyes: who asked is the maker, so no proposal is
needed, and nobody ever decides about the own money.
"""

from uuid import UUID

from django.db import transaction

from coinhub.approvals import votes
from coinhub.approvals.refusals import CheckerIsParty
from coinhub.core.actor import Actor
from coinhub.core.errors import DomainError
from coinhub.users import step_up
from coinhub.users.models import User
from wallets.models import Transaction
from wallets.selectors import corrections
from wallets.services import releases, withdrawal_steps

PERMISSION = "wallets.change_withdrawal"
SHORTEST_REASON = 5
LONGEST_REASON = 200


class NoReasonForCustomer(DomainError):
    """A withdrawal that is rejected needs words for the customer."""

    code = "WITHDRAWAL_REASON_MISSING"
    title = "Say why, in words the customer understands"


def approve(*, transaction_id: UUID, checker: User, actor: Actor) -> None:
    """Let a withdrawal go to the worker; nothing is paid here.

    Atomic: opens its own transaction or joins the caller's; two at once decide one after the other.
    Repeat: refused, it is approved.
    Writes: Transaction, Withdrawal, AuditEvent, OutboxEvent.
    Raises: ProveAgain, NotYours, NotPermitted, CheckerIsParty, MoveNotAllowed.
    """
    step_up.require_fresh()
    with transaction.atomic():
        txn = _locked(transaction_id, checker)
        withdrawal_steps.approve_step(txn=txn, actor=actor)


def reject(*, transaction_id: UUID, reason: str, checker: User, actor: Actor) -> None:
    """Refuse a withdrawal: the money is available again, and the customer is told why.

    Atomic: opens its own transaction or joins the caller's.
    Repeat: refused, it is rejected.
    Writes: Journal with two Postings, Hold, Transaction (FAILED), Withdrawal, AuditEvent,
        OutboxEvent.
    Raises: ProveAgain, NotYours, NotPermitted, CheckerIsParty, MoveNotAllowed,
        NoReasonForCustomer.
    """
    step_up.require_fresh()
    told = reason.strip()[:LONGEST_REASON]
    if len(told) < SHORTEST_REASON:
        raise NoReasonForCustomer
    with transaction.atomic():
        txn = _locked(transaction_id, checker)
        withdrawal_steps.reject_step(txn=txn, reason=told, actor=actor)


def _locked(transaction_id: UUID, checker: User) -> Transaction:
    txn = corrections.get_for_staff(transaction_id)
    votes.require_permission(checker.pk, PERMISSION)
    if txn.payer_wallet.owner_id == checker.pk:
        raise CheckerIsParty
    releases.lock_transactions([txn])
    return corrections.get_for_staff(transaction_id)
