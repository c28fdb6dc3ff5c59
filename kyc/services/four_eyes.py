"""What one person cannot decide alone: tier 2, blocking, unblocking."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from coinhub.approvals import kinds, services
from coinhub.approvals.kinds import Kind
from coinhub.approvals.models import Approval
from coinhub.approvals.models.approval import LIFE
from coinhub.core.actor import Actor
from coinhub.users.models import User
from kyc import requirements
from kyc.models import Case
from kyc.models.case import State
from kyc.refusals import CaseNotInReview, OwnCase, ReasonMissing
from kyc.selectors import cases
from kyc.services import decisions, reviews
from kyc.services.moves import lock_case

TARGET = "kyc_case"
APPROVE, BLOCK, UNBLOCK = "kyc_approval", "kyc_block", "kyc_unblock"


def propose_approval(
    *,
    customer_id: UUID,
    tier: int,
    reason: str,
    maker: User,
    actor: Actor,
    shown: int | None = None,
) -> Approval:
    """Propose to approve an identity for a tier that needs two; the case stays with its reviewer.

    Atomic: opens its own transaction.
    Repeat: refused while it waits.
    Writes: Approval and what goes with it; Case and Decision when the case is taken with it.
    Raises: CaseNotInReview, CaseClaimed, OwnCase, NotPermitted, ReasonTooShort, ApprovalExists.
    """
    with transaction.atomic(durable=True):
        case = lock_case(customer_id)
        decisions.require_shown(case, shown)
        reviews.take(case, actor=actor)
        reviews.extend(case, minutes=int(LIFE.total_seconds()) // 60)
        return _propose(APPROVE, case, {"tier": tier}, reason, maker, actor)


def propose_block(
    *, customer_id: UUID, cause: str, reason: str, maker: User, actor: Actor
) -> Approval:
    """Propose to block a customer for fraud, sanctions or a court.

    Atomic: opens its own transaction.
    Repeat: refused while it waits.
    Writes: Approval and what goes with it.
    Raises: CaseNotInReview, OwnCase, ReasonMissing, NotPermitted, ReasonTooShort, ApprovalExists.
    """
    if cause not in requirements.BLOCK_REASONS:
        raise ReasonMissing
    with transaction.atomic(durable=True):
        case = _locked(customer_id, actor)
        if not cases.may_be_blocked(case):
            raise CaseNotInReview(state=case.state)
        return _propose(BLOCK, case, {"cause": cause}, reason, maker, actor)


def propose_unblock(*, customer_id: UUID, reason: str, maker: User, actor: Actor) -> Approval:
    """Propose to put a blocked customer back into review.

    Atomic: opens its own transaction.
    Repeat: refused while it waits.
    Writes: Approval and what goes with it.
    Raises: CaseNotInReview, OwnCase, NotPermitted, ReasonTooShort, ApprovalExists.
    """
    with transaction.atomic(durable=True):
        case = _locked(customer_id, actor)
        if case.state != State.BLOCKED:
            raise CaseNotInReview(state=case.state)
        return _propose(UNBLOCK, case, {}, reason, maker, actor)


def _locked(customer_id: UUID, actor: Actor) -> Case:
    case = lock_case(customer_id)
    if case.customer_id == actor.user_id:
        raise OwnCase
    return case


def _propose(
    kind: str, case: Case, payload: Mapping[str, Any], reason: str, maker: User, actor: Actor
) -> Approval:
    return services.propose(
        kind=kind,
        target_type=TARGET,
        target_id=str(case.customer_id),
        payload=payload,
        reason=reason,
        maker=maker,
        actor=actor,
    )


def version_of(target_id: str) -> str:
    """Say which version a case has; every move makes a new one."""
    return str(lock_case(UUID(target_id)).version)


def _approve(approval: Approval, *, checker: User, actor: Actor) -> Mapping[str, Any]:
    case = lock_case(UUID(approval.target_id))
    tier = int(approval.payload["tier"])
    decisions.approve_step(case, actor=actor, tier=tier, note=f"proposed: {approval.reason}"[:500])
    return {"tier": tier}


def _block(approval: Approval, *, checker: User, actor: Actor) -> None:
    case = lock_case(UUID(approval.target_id))
    decisions.block_step(
        case, reason=approval.payload["cause"], note=approval.reason[:500], actor=actor
    )


def _unblock(approval: Approval, *, checker: User, actor: Actor) -> None:
    case = lock_case(UUID(approval.target_id))
    decisions.unblock_step(case, note=approval.reason[:500], actor=actor)


def _lines(approval: Approval) -> list[tuple[str, str]]:
    customer = User.objects.get(pk=approval.target_id)
    lines = [("Customer", str(customer))]
    if "tier" in approval.payload:
        lines.append(("Tier", str(approval.payload["tier"])))
    if "cause" in approval.payload:
        lines.append(("Cause", requirements.BLOCK_REASONS[approval.payload["cause"]]))
    return lines


def _customer(approval: Approval) -> Collection[UUID]:
    return (UUID(approval.target_id),)


def _let_go(approval: Approval, actor: Actor) -> None:
    """Let the lease of a case whose approval did not come about end as any other."""
    until = timezone.now() + timedelta(minutes=requirements.LEASE_MINUTES)
    case = Case.objects.filter(customer_id=UUID(approval.target_id), state=State.IN_REVIEW)
    case.update(lease_until=until)


def register() -> None:
    """Make the kinds known; called once, at start."""
    for name, title, execute, on_end in (
        (APPROVE, "Approve an identity", _approve, _let_go),
        (BLOCK, "Block a customer", _block, kinds.nothing),
        (UNBLOCK, "Put a blocked customer back into review", _unblock, kinds.nothing),
    ):
        kinds.register(
            Kind(
                name=name,
                title=title,
                execute=execute,
                on_end=on_end,
                describe=_lines,
                version=version_of,
                parties=_customer,
                propose_permission=f"approvals.propose_{name}",
                approve_permission=f"approvals.approve_{name}",
            )
        )
