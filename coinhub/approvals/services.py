"""Use cases of approvals: propose, approve, reject, withdraw, let expire."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import structlog
from django.db import IntegrityError, connection, transaction

from coinhub.approvals import kinds, votes
from coinhub.approvals.content import digest_of
from coinhub.approvals.ends import end
from coinhub.approvals.kinds import Kind
from coinhub.approvals.models import SHORTEST_REASON, Approval
from coinhub.approvals.refusals import (
    ApprovalEnded,
    ApprovalExists,
    ApprovalExpired,
    ApprovalStale,
    NotTheMaker,
    ReasonTooShort,
)
from coinhub.core.actor import Actor
from coinhub.core.errors import DomainError, NotYours
from coinhub.events import audit, outbox
from coinhub.users import step_up
from coinhub.users.models import User

State = Approval.State
MOST_AT_ONCE = 500
log = structlog.get_logger(__name__)


def propose(
    *,
    kind: str,
    target_type: str,
    target_id: str,
    payload: Mapping[str, Any],
    reason: str,
    maker: User,
    actor: Actor,
) -> Approval:
    """Propose something that another person has to approve within 24 hours.

    Atomic: joins the caller's transaction, or opens its own.
    Repeat: the same proposal of the same maker is refused while it waits.
    Writes: Approval, AuditEvent, ``approval.proposed`` event.
    Raises: ProveAgain, NotPermitted, ReasonTooShort, ApprovalExists.
    """
    known = kinds.get(kind)
    proved = step_up.require_fresh() if actor.kind == "staff" else {}
    with transaction.atomic():  # in another one a savepoint: a refusal leaves that one usable
        if known.propose_permission is not None:
            votes.require_permission(maker.pk, known.propose_permission)
        approval = Approval(
            kind=kind,
            target_type=target_type,
            target_id=target_id,
            target_version=known.version(target_id),
            payload=dict(payload),
            reason=require_reason(reason),
            maker=maker,
        )
        approval.payload_sha256 = digest_of(approval)
        _insert(approval)
        about = {"kind": kind, "target_type": target_type, "target_id": target_id}
        audit.record(
            actor=actor,
            action="approval.proposed",
            object_type="approval",
            object_id=str(approval.public_id),
            after={
                **about,
                **proved,
                "payload_sha256": approval.payload_sha256,
                "reason": approval.reason,
            },
        )
        outbox.tell(event="approval.proposed", object_id=str(approval.public_id), payload=about)
    return approval


def approve(
    approval_id: UUID, *, checker: User, shown_sha256: str, actor: Actor, comment: str = ""
) -> Approval:
    """Approve what was shown, and do it, in one transaction.

    When doing it is refused nothing has happened: the vote is not recorded and the approval waits.
    When its target has changed or its time is over, it ends, and the refusal says so.

    Atomic: opens its own transaction; the row's lock lets one at a time decide.
    Repeat: the second is refused, it is done once.
    Writes: Approval, AuditEvent, ``approval.executed`` event, and what the kind writes.
    Raises: ProveAgain, NotYours, NotPermitted, MakerIsChecker, CheckerIsParty, ApprovalEnded,
        ApprovalExpired, ApprovalChanged, ApprovalStale, and what the kind refuses.
    """
    proved = step_up.require_fresh()
    refusal: DomainError | None = None
    with transaction.atomic(durable=True):
        approval = _locked(approval_id)
        known = kinds.get(approval.kind)
        votes.require_checker(approval, known, checker)
        refusal = _ended_now(approval, known, actor)
        if refusal is None:
            votes.require_maker(approval, known)
            votes.require_shown(approval, shown_sha256)
            result = known.execute(approval, checker=checker, actor=actor)
            if votes.is_too_old(approval):  # it waited for others' locks: undo it, let it expire
                raise ApprovalExpired
            end(
                approval,
                State.EXECUTED,
                actor=actor,
                checker=checker,
                comment=comment,
                result=dict(result or {}),
                proved=proved,
            )
    if refusal is not None:  # raised only now: that it ended must be committed
        raise refusal
    return approval


def reject(approval_id: UUID, *, checker: User, comment: str, actor: Actor) -> Approval:
    """Reject a proposal, with a reason.

    Atomic: opens its own transaction.
    Repeat: the second is refused.
    Writes: Approval, AuditEvent, ``approval.rejected`` event, and what ends with it.
    Raises: ProveAgain, NotYours, NotPermitted, MakerIsChecker, CheckerIsParty, ApprovalEnded,
        ReasonTooShort.
    """
    proved = step_up.require_fresh()
    with transaction.atomic(durable=True):
        approval = _locked(approval_id)
        known = kinds.get(approval.kind)
        votes.require_checker(approval, known, checker)
        why = require_reason(comment)
        end(approval, State.REJECTED, actor=actor, checker=checker, comment=why, proved=proved)
        known.on_end(approval, actor)
    return approval


def withdraw(approval_id: UUID, *, maker: User, actor: Actor) -> Approval:
    """Take an own proposal back.

    Atomic: opens its own transaction.
    Repeat: the second is refused.
    Writes: Approval, AuditEvent, ``approval.cancelled`` event, and what ends with it.
    Raises: NotYours, NotTheMaker, ApprovalEnded.
    """
    with transaction.atomic(durable=True):
        approval = _locked(approval_id)
        if approval.maker_id != maker.pk:
            raise NotTheMaker
        end(approval, State.CANCELLED, actor=actor)
        kinds.get(approval.kind).on_end(approval, actor)
    return approval


def expire(approval_id: UUID, *, actor: Actor) -> bool:
    """End a proposal whose time is over; say whether it was.

    Atomic: opens its own transaction; what somebody decides about just now is left alone.
    Repeat: nothing more to end.
    Writes: Approval, AuditEvent, ``approval.expired`` event, and what ends with it.
    """
    with transaction.atomic(durable=True):
        waiting = Approval.objects.select_for_update(skip_locked=True, of=("self",))
        approval = waiting.filter(public_id=approval_id, state=State.PENDING).first()
        if approval is None or not votes.is_too_old(approval):
            return False
        end(approval, State.EXPIRED, actor=actor)
        kinds.get(approval.kind).on_end(approval, actor)
    return True


def expire_due(*, actor: Actor) -> int:
    """End the proposals whose time is over, each in its own transaction, and count them.

    What cannot end now is logged and tried again by the next run; it holds no other up.

    Repeat: nothing more to end.
    """
    ended = 0
    for approval_id in list_due():
        try:
            ended += expire(approval_id, actor=actor)
        except DomainError as refusal:
            log.warning("approval_does_not_end", id=str(approval_id), code=refusal.code)
        except Exception:
            log.exception("approval_does_not_end", id=str(approval_id))
    return ended


def list_due() -> list[UUID]:
    """List proposals whose time is over by the database's clock, oldest first, at most 500."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT public_id FROM approvals_approval WHERE state = 'pending'"
            " AND expires_at <= clock_timestamp() ORDER BY expires_at, id LIMIT %s",
            [MOST_AT_ONCE],
        )
        return [row[0] for row in cursor.fetchall()]


def require_reason(text: str) -> str:
    """Give a reason without the space around it.

    Raises: ReasonTooShort.
    """
    reason = text.strip()
    if len(reason) < SHORTEST_REASON:
        raise ReasonTooShort
    return reason


def _insert(approval: Approval) -> None:
    same = Approval.objects.filter(payload_sha256=approval.payload_sha256, state=State.PENDING)
    if same.exists():
        raise ApprovalExists
    try:
        approval.save(force_insert=True)
    except IntegrityError as error:  # two at once
        if "approval_proposed_once_at_a_time" not in str(error):
            raise
        raise ApprovalExists from None
    approval.refresh_from_db(fields=["created_at", "expires_at"])


def _locked(approval_id: UUID) -> Approval:
    """Lock a pending proposal."""
    rows = Approval.objects.select_for_update(of=("self",)).filter(public_id=approval_id)
    approval = rows.first()
    if approval is None:
        raise NotYours
    if approval.state != State.PENDING:
        raise ApprovalEnded(state=approval.state)
    return approval


def _ended_now(approval: Approval, known: Kind, actor: Actor) -> DomainError | None:
    """End a proposal that is too old or whose target has changed, and give the refusal."""
    if votes.is_too_old(approval):
        state = State.EXPIRED
        refusal: DomainError = ApprovalExpired()
    elif known.version(approval.target_id) != approval.target_version:
        state = State.STALE
        refusal = ApprovalStale()
    else:
        return None
    end(approval, state, actor=actor)
    known.on_end(approval, actor)
    return refusal
