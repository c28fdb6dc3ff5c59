"""Deciding on a case. An approval releases held money within its own transaction."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from coinhub.core.actor import Actor
from coinhub.core.db import require_transaction
from coinhub.events import within
from kyc import requirements
from kyc.models import Case
from kyc.models.case import State
from kyc.models.decision import Event
from kyc.refusals import CaseNotInReview, OwnCase, ReasonMissing
from kyc.selectors import cases
from kyc.services.moves import Why, decided, lock_case, move
from kyc.services.reviews import take

APPROVED, BLOCKED = "kyc.approved", "kyc.blocked"  # told within the transaction
TIERS_FOR_TWO = (2,)  # what one person cannot approve alone


def approve(
    *, customer_id: UUID, actor: Actor, tier: int = 1, note: str = "", shown: int | None = None
) -> Case:
    """Approve an identity; who holds the case, or takes one that nobody holds, may.

    Money that waited for the identity is released by those who subscribed to ``kyc.approved``, in
    this transaction: what they refuse, refuses the approval. ``shown`` is the version the reviewer
    saw. Tier 2 goes through ``four_eyes``.

    Atomic: opens its own transaction; locks the case first.
    Repeat: refused, so that it is approved and released once.
    Writes: Case, Decision, AuditEvent, OutboxEvent ``kyc.approved``, and what is released.
    Raises: CaseNotInReview, CaseClaimed, OwnCase, and what a subscriber refuses.
    """
    if tier in TIERS_FOR_TWO:
        raise RuntimeError("a second person approves this tier")
    with transaction.atomic(durable=True):
        case = lock_case(customer_id)
        require_shown(case, shown)
        take(case, actor=actor)
        approve_step(case, actor=actor, tier=tier, note=note)
    return case


def approve_step(case: Case, *, actor: Actor, tier: int, note: str = "") -> None:
    """Approve a locked case that is in review.

    Atomic: needs the caller's transaction, which holds the lock of the case.
    Raises: CaseNotInReview, OwnCase, and what a subscriber refuses.
    """
    require_transaction()
    if case.state != State.IN_REVIEW:
        raise CaseNotInReview(state=case.state)
    if case.customer_id == actor.user_id:
        raise OwnCase
    if tier <= case.tier:
        raise CaseNotInReview(f"The customer has tier {case.tier} already.", state=case.state)
    why = Why(note=note)
    move(case, Event.APPROVE, State.APPROVED, actor=actor, tier=tier, why=why, **decided())
    within.tell(APPROVED, case=case, actor=actor)


def reject(
    *, customer_id: UUID, reason: str, actor: Actor, note: str = "", shown: int | None = None
) -> Case:
    """Reject what is asked for; the customer may try again after 30 days, or when staff allow it.

    A customer who asked for a higher tier keeps the one there is.

    Atomic: opens its own transaction.
    Repeat: refused.
    Writes: Case, Decision, AuditEvent, OutboxEvent ``kyc.rejected`` or ``kyc.raise_refused``.
    Raises: CaseNotInReview, CaseClaimed, OwnCase, ReasonMissing.
    """
    if reason not in requirements.REJECT_REASONS:
        raise ReasonMissing
    with transaction.atomic(durable=True):
        case = lock_case(customer_id)
        require_shown(case, shown)
        take(case, actor=actor)
        changes = decided() | {
            "restart_from": timezone.now() + timedelta(days=requirements.RESTART_DAYS)
        }
        event, end = Event.REJECT, State.REJECTED
        if case.is_raise:
            event, end = Event.REFUSE, State.APPROVED
            changes["wanted_tier"] = case.tier
        move(case, event, end, actor=actor, why=Why(reason=reason, note=note), **changes)
    return case


def block_step(case: Case, *, reason: str, note: str, actor: Actor) -> None:
    """Block a locked case; freezing the customer's money is the subscribers' part.

    Atomic: needs the caller's transaction, which holds the lock of the case.
    Raises: CaseNotInReview, OwnCase, ReasonMissing, and what a subscriber refuses.
    """
    require_transaction()
    if reason not in requirements.BLOCK_REASONS:
        raise ReasonMissing
    if not cases.may_be_blocked(case):
        raise CaseNotInReview(state=case.state)
    if case.customer_id == actor.user_id:
        raise OwnCase
    why = Why(reason=reason, note=note)
    move(case, Event.BLOCK, State.BLOCKED, actor=actor, tier=0, why=why, **decided())
    within.tell(BLOCKED, case=case, reason=reason, actor=actor)


def unblock_step(case: Case, *, note: str, actor: Actor) -> None:
    """Put a locked, blocked case back into review; what is frozen stays frozen.

    Atomic: needs the caller's transaction, which holds the lock of the case.
    Raises: CaseNotInReview, OwnCase.
    """
    require_transaction()
    if case.state != State.BLOCKED:
        raise CaseNotInReview(state=case.state)
    if case.customer_id == actor.user_id:
        raise OwnCase
    now = timezone.now()
    move(
        case,
        Event.UNBLOCK,
        State.IN_REVIEW,
        actor=actor,
        why=Why(note=note),
        submitted_at=now,
        lease_until=now,  # free for whoever takes it
    )


def require_shown(case: Case, version: int | None) -> None:
    """Refuse a decision on what is not there any more.

    Raises: CaseNotInReview.
    """
    if version is not None and version != case.version:
        raise CaseNotInReview("The case has changed since you opened it.", state=case.state)
