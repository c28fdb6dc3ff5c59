"""Reversals: a completed payment is undone by its opposite, with a second pair of eyes.

Proposed, it sets aside what the recipient still has, so that it cannot be spent while the checker
reads. Approved, the opposite journal is booked; ended in any other way, what was set aside is given
back. The original is never changed, but for its state when all of it was reversed.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from coinhub.approvals import services as approvals
from coinhub.approvals.models import Approval
from coinhub.core.actor import Actor
from coinhub.core.money import Money, amount_text, trimmed_text
from coinhub.users.models import User
from wallets.ledger import chart, drafts, posting, steps
from wallets.ledger.errors import MoveNotAllowed
from wallets.ledger.steps import StepDraft, Take
from wallets.models import Hold, Transaction
from wallets.policies import reversal_drafts, routing
from wallets.policies import reversals as policy
from wallets.selectors import corrections, currencies, house
from wallets.services import releases

KIND = "reversal"
CONDITION = "reversal"
State = Transaction.State
ENDS: dict[str, str] = {
    Approval.State.REJECTED: State.REJECTED,
    Approval.State.EXPIRED: State.EXPIRED,
    Approval.State.STALE: State.EXPIRED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the maker chooses and the checker approves besides the amount."""

    fee_policy: str = "none"
    shortfall_policy: str = "fail_if_short"
    category: str = "customer_request"

    def require_known(self) -> None:
        """Refuse what there is not.

        Raises: PolicyInvalid.
        """
        policy.require_policies(
            fee_policy=self.fee_policy,
            shortfall_policy=self.shortfall_policy,
            category=self.category,
        )


def propose(
    *,
    original_id: UUID,
    amount: Decimal,
    terms: Terms,
    reason: str,
    maker: User,
    actor: Actor,
) -> Approval:
    """Propose to reverse all or part of a payment, and set aside what the recipient still has.

    Units:  ``amount`` in units of the original's currency, positive, at most what is left of it.
    Atomic: opens its own transaction, or joins the caller's.
    Repeat: reduces what is left again; the sum never passes the original.
    Writes: Transaction (PENDING), Journal and Hold for what is set aside, or a condition on the
        hold the payment still waits on; Approval; AuditEvents, OutboxEvents.
    Raises: NotYours, NotReversible, NothingLeft, PolicyInvalid, AmountInvalid, NotPermitted,
        ReasonTooShort, InsufficientFunds when the recipient spends at this very moment.
    """
    terms.require_known()
    with transaction.atomic():
        releases.lock_transactions(_rows_of(original_id))
        original = corrections.get_for_staff(original_id)
        policy.require_reversible(original)
        money = policy.as_money(amount, original)
        waiting = corrections.find_open_hold(original)
        draft = reversal_drafts.proposed(original, money, waiting)
        booked = posting.book(draft, actor=actor, event="reversal.proposed").transaction
        if waiting is not None:
            steps.open_condition(waiting, CONDITION, actor=actor, note=str(booked.public_id))
        return approvals.propose(
            kind=KIND,
            target_type="transaction",
            target_id=str(booked.public_id),
            payload={
                "original": str(original.public_id),
                "amount": trimmed_text(money.amount),
                "currency": money.currency,
                "fee_policy": terms.fee_policy,
                "shortfall_policy": terms.shortfall_policy,
                "category": terms.category,
            },
            reason=reason,
            maker=maker,
            actor=actor,
        )


def execute(approval: Approval, *, checker: User, actor: Actor) -> Mapping[str, Any]:
    """Book an approved reversal: take back, credit who had paid, refund the fee as chosen.

    Atomic: a step in the checker's transaction.
    Repeat: refused, the state is another one.
    Writes: Journals with Postings, Holds, states of reversal and original, AuditEvents,
        OutboxEvents; a Transaction for a fee that is refunded.
    Raises: ReversalShort, ReserveInsufficient, MoveNotAllowed, HoldEnded, InsufficientFunds,
        RoutedAnew.
    """
    releases.lock_transactions(_rows_of(approval.payload["original"], approval.target_id))
    reversal = corrections.get_for_staff(approval.target_id)
    original = corrections.get_for_staff(approval.payload["original"])
    _require_as_it_was(original)
    waiting = corrections.find_open_hold(original)
    fee = policy.fee_refund(original, reversal.amount, approval.payload["fee_policy"])
    # Of a deposit the recipient paid the fee: it comes first, else the reserve would pay that part.
    comes_first = original.payer_wallet.code is not None
    if fee and comes_first:
        _refund_fee(original, reversal, fee, actor, is_taken_back=_is_short(reversal, original))
        reversal = corrections.get_for_staff(approval.target_id)
    covered = Decimal(0)
    if waiting is not None:
        draft = reversal_drafts.from_held(reversal, waiting)
    else:
        draft, covered = reversal_drafts.from_available(reversal, original, approval.payload)
    steps.step(draft, actor=actor, event="reversal.completed")
    if waiting is not None:
        _let_go(waiting, actor)
    if corrections.reversed_of(original) == original.amount:
        _wholly_reversed(original, actor)
    if fee and not comes_first:
        _refund_fee(original, reversal, fee, actor)
    decimals = corrections.decimals_of(original)
    return {
        "covered": amount_text(covered, decimals),
        "fee_refunded": amount_text(fee, decimals),
        "checker": str(checker.pk),
    }


def undo(approval: Approval, actor: Actor) -> None:
    """Give back what was set aside for a reversal that did not come about.

    Atomic: a step in the transaction that ends the approval.
    Writes: Journal, Hold, state of the reversal, AuditEvent, OutboxEvent.
    """
    releases.lock_transactions(_rows_of(approval.payload["original"], approval.target_id))
    reversal = corrections.get_for_staff(approval.target_id)
    original = corrections.get_for_staff(approval.payload["original"])
    frozen = corrections.find_freeze(reversal)
    steps.step(
        StepDraft(
            transaction=reversal,
            from_states=(State.PENDING_APPROVAL,),
            to=ENDS.get(approval.state, State.CANCELLED),
            name="unfreeze",
            legs=reversal_drafts.given_back(frozen) if frozen else (),
            takes=(Take(frozen, frozen.remaining, Hold.State.VOIDED),) if frozen else (),
        ),
        actor=actor,
        event="reversal.ended",
    )
    waiting = corrections.find_open_hold(original)
    if waiting is not None:
        _let_go(waiting, actor)


def parties_of(approval: Approval) -> Collection[UUID]:
    """Name the customers a reversal takes from and gives to: neither may be its checker."""
    original = corrections.get_for_staff(approval.payload["original"])
    owners = (original.payer_wallet.owner_id, original.payee_wallet.owner_id)
    return [owner for owner in owners if owner is not None]


def version_of(target_id: str) -> str:
    """Say where a reversal stands; the checker approves what waits."""
    return corrections.get_for_staff(target_id).state


def _require_as_it_was(original: Transaction) -> None:
    """Refuse to undo what went back in another way since it was proposed.

    Raises: MoveNotAllowed.
    """
    if original.state not in (State.COMPLETED, State.HELD):
        raise MoveNotAllowed(status=original.status, state=original.state)


def _let_go(waiting: Hold, actor: Actor) -> None:
    """Take the condition off a hold of which something remains, unless another reversal waits."""
    left = Hold.objects.select_related("wallet", "transaction").get(pk=waiting.pk)
    others = Transaction.objects.filter(
        original=left.transaction, shard=left.transaction.shard, state=State.PENDING_APPROVAL
    )
    if left.state == Hold.State.OPEN and not others.exists():
        releases.clear_condition(left, CONDITION, actor=actor)


def _wholly_reversed(original: Transaction, actor: Actor) -> None:
    draft = StepDraft(
        transaction=original,
        from_states=(State.COMPLETED, State.HELD),
        to=State.REVERSED,
        name="reversed",
    )
    steps.step(draft, actor=actor, event="transaction.reversed")


def _is_short(reversal: Transaction, original: Transaction) -> bool:
    """Say whether the recipient has less than is to be taken back, without a fee refunded."""
    frozen = corrections.find_freeze(reversal)
    found = policy.plan(
        original=original,
        payer=reversal.payer_wallet,
        amount=reversal.amount,
        frozen=frozen.remaining if frozen else Decimal(0),
        fee_policy="none",
    )
    return bool(found.short)


def _refund_fee(
    original: Transaction,
    reversal: Transaction,
    fee: Decimal,
    actor: Actor,
    *,
    is_taken_back: bool = False,
) -> None:
    """Pay a fee back from the treasury, to who had paid it.

    What the reversal takes back at once waits for nothing, or the reserve would pay that part.
    """
    payee = reversal.payee_wallet
    if original.payer_wallet.code is not None:  # a deposit's fee was paid by who got the deposit
        payee = reversal.payer_wallet
    money = Money(fee, original.currency_id)
    waits = routing.hold_for(payee, currencies.get_currency(money.currency), purpose="fee_refund")
    draft = drafts.move(
        type=Transaction.Type.ADJUSTMENT,
        payer=house.get_house_wallet(chart.TREASURY, original.currency_id),
        payee=payee,
        amount=money,
        hold=None if is_taken_back else waits,
        original=original,
        metadata={"category": "fee_refund", "reversal": str(reversal.public_id)},
    )
    posting.book(draft, actor=actor, event="fee.refunded")


def _rows_of(*public_ids: object) -> QuerySet[Transaction]:
    return Transaction.objects.filter(public_id__in=[str(one) for one in public_ids])
