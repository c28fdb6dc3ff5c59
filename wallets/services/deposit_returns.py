"""Returning a held deposit to its sender: proposed by one, approved by another."""

from collections.abc import Collection
from uuid import UUID

from coinhub.approvals import kinds
from coinhub.approvals import services as approvals
from coinhub.approvals.kinds import Kind, Lines
from coinhub.approvals.models import Approval
from coinhub.core.actor import Actor
from coinhub.core.errors import DomainError
from coinhub.core.money import amount_text
from coinhub.users.models import User
from wallets.ledger import chart
from wallets.models import Hold, Transaction
from wallets.selectors import corrections
from wallets.selectors.receipts import find_receipt
from wallets.services import deposits, receipts, releases

KIND = "deposit_return"


class NotReturnable(DomainError):
    """Only a deposit that is held, whole, goes back to where it came from."""

    code = "NOT_RETURNABLE"
    status = 409
    title = "Only a held deposit can be returned to its sender"


def can_be_returned(txn: Transaction) -> bool:
    """Say whether a deposit waits in held, whole."""
    return _held(txn) is not None


def propose(*, transaction_id: UUID, reason: str, maker: User, actor: Actor) -> Approval:
    """Propose to send a held deposit back; nothing moves before a second person approves it.

    Atomic: joins the caller's transaction or opens one.
    Repeat: the same proposal is refused while it waits.
    Writes: Approval, AuditEvent, OutboxEvent.
    Raises: NotYours, NotReturnable, NotPermitted, ReasonTooShort, ApprovalExists.
    """
    txn = corrections.get_for_staff(transaction_id)
    if not can_be_returned(txn):
        raise NotReturnable
    return approvals.propose(
        kind=KIND,
        target_type="transaction",
        target_id=str(txn.public_id),
        payload={"hold": str(_require_held(txn).public_id)},
        reason=reason,
        maker=maker,
        actor=actor,
    )


def execute(approval: Approval, *, checker: User, actor: Actor) -> None:
    """Set the deposit aside for the rail to send back.

    Atomic: a step in the checker's transaction.
    Repeat: refused, it is on its way back.
    Writes: Journal with two Postings, Holds, Transaction (``return_pending``), AuditEvent,
        OutboxEvent.
    Raises: NotReturnable, MoveNotAllowed, HoldEnded.
    """
    txn = corrections.get_for_staff(approval.target_id)
    releases.lock_transactions([txn])
    hold = _require_held(txn)
    if str(hold.public_id) != approval.payload["hold"]:
        raise NotReturnable
    deposits.return_step(hold=hold, actor=actor, reason=approval.reason)


def register() -> None:
    """Make the kind known; called once, at start."""
    kinds.register(
        Kind(
            name=KIND,
            title="Return a deposit to its sender",
            execute=execute,
            describe=_describe,
            version=_version_of,
            parties=_parties,
            propose_permission="approvals.propose_deposit_return",
            approve_permission="approvals.approve_deposit_return",
        )
    )


def _held(txn: Transaction) -> Hold | None:
    if txn.type != Transaction.Type.DEPOSIT or txn.state != Transaction.State.HELD:
        return None
    if txn.payer_wallet.code == chart.SUSPENSE:
        return None  # it came in parts, and no one sender has sent it
    hold = corrections.find_open_hold(txn)
    if hold is None or hold.remaining != txn.amount:
        return None
    receipt = find_receipt(hold)
    if receipt is not None and receipts.is_bounce(receipt):
        return None  # it is the customer's own payment that came back; nobody had sent it
    return hold


def _require_held(txn: Transaction) -> Hold:
    hold = _held(txn)
    if hold is None:
        raise NotReturnable
    return hold


def _version_of(target_id: str) -> str:
    return corrections.get_for_staff(target_id).state


def _parties(approval: Approval) -> Collection[UUID]:
    owner = corrections.get_for_staff(approval.target_id).payee_wallet.owner_id
    return [owner] if owner is not None else []


def _describe(approval: Approval) -> Lines:
    txn = corrections.get_for_staff(approval.target_id)
    amount = amount_text(txn.amount, corrections.decimals_of(txn))
    return [
        ("Deposit", str(txn.public_id)),
        ("Customer", str(txn.payee_wallet.owner)),
        ("Amount", f"{amount} {txn.currency_id}"),
        ("Arrived", f"{txn.created_at:%Y-%m-%d %H:%M} UTC"),
        ("Stands", txn.state.replace("_", " ")),
    ]
