"""Lifting a freeze or an emergency stop: proposed by one, approved by another."""

from collections.abc import Collection
from uuid import UUID

from coinhub.approvals import kinds
from coinhub.approvals import services as approvals
from coinhub.approvals.kinds import Kind, Lines
from coinhub.approvals.models import Approval
from coinhub.core.actor import Actor
from coinhub.users.models import User
from kyc.models import Case
from wallets.models import Freeze, Stop
from wallets.services import freezes, stops
from wallets.services.freezes import FreezeLifted
from wallets.services.stops import StopLifted

UNFREEZE, LIFT_STOP = "unfreeze", "lift_stop"


def propose_unfreeze(*, freeze_id: int, reason: str, maker: User, actor: Actor) -> Approval:
    """Propose to let a customer move money again.

    Atomic: joins the caller's transaction or opens one.
    Repeat: the same proposal is refused while it waits.
    Writes: Approval, AuditEvent, OutboxEvent.
    Raises: FreezeLifted, NotPermitted, ReasonTooShort, ApprovalExists.
    """
    row = Freeze.objects.filter(pk=freeze_id, lifted_at__isnull=True).first()
    if row is None:
        raise FreezeLifted
    return approvals.propose(
        kind=UNFREEZE,
        target_type="freeze",
        target_id=str(row.pk),
        payload={"customer": str(row.customer_id), "kind": row.kind},
        reason=reason,
        maker=maker,
        actor=actor,
    )


def propose_lift(*, stop_id: int, reason: str, maker: User, actor: Actor) -> Approval:
    """Propose to lift an emergency stop.

    Atomic, Repeat, Writes: as ``propose_unfreeze``.
    Raises: StopLifted, NotPermitted, ReasonTooShort, ApprovalExists.
    """
    row = Stop.objects.filter(pk=stop_id, lifted_at__isnull=True).first()
    if row is None:
        raise StopLifted
    return approvals.propose(
        kind=LIFT_STOP,
        target_type="stop",
        target_id=str(row.pk),
        payload={"scope": row.scope, "value": row.value},
        reason=reason,
        maker=maker,
        actor=actor,
    )


def freeze_blocked(*, case: Case, reason: str, actor: Actor, **_news: object) -> None:
    """Freeze all of a customer's money, in the transaction that blocks the identity.

    Atomic: needs the caller's transaction.
    Repeat: the freeze that is there.
    Writes: Freeze, AuditEvent, OutboxEvent.
    """
    why = f"the identity was blocked: {reason}"
    freezes.freeze(customer_id=case.customer_id, kind=Freeze.Kind.FULL, reason=why, actor=actor)


def register() -> None:
    """Make the kinds known; called once, at start."""
    kinds.register(
        Kind(
            name=UNFREEZE,
            title="Unfreeze a customer",
            execute=_unfreeze,
            describe=_describe_freeze,
            version=_version_of_freeze,
            parties=_customer,
            propose_permission="approvals.propose_unfreeze",
            approve_permission="approvals.approve_unfreeze",
        )
    )
    kinds.register(
        Kind(
            name=LIFT_STOP,
            title="Lift an emergency stop",
            execute=_lift,
            describe=_describe_stop,
            version=_version_of_stop,
            propose_permission="approvals.propose_lift_stop",
            approve_permission="approvals.approve_lift_stop",
        )
    )


def _unfreeze(approval: Approval, *, checker: User, actor: Actor) -> None:
    freezes.lift_step(freeze_id=int(approval.target_id), actor=actor)


def _lift(approval: Approval, *, checker: User, actor: Actor) -> None:
    stops.lift_step(stop_id=int(approval.target_id), actor=actor)


def _version_of_freeze(target_id: str) -> str:
    return str(Freeze.objects.get(pk=int(target_id)).lifted_at)


def _version_of_stop(target_id: str) -> str:
    return str(Stop.objects.get(pk=int(target_id)).lifted_at)


def _customer(approval: Approval) -> Collection[UUID]:
    return [UUID(approval.payload["customer"])]


def _describe_freeze(approval: Approval) -> Lines:
    row = Freeze.objects.select_related("customer").get(pk=int(approval.target_id))
    return [
        ("Customer", str(row.customer)),
        ("Frozen", row.get_kind_display()),
        ("Because", row.reason),
        ("Since", f"{row.frozen_at:%Y-%m-%d %H:%M} UTC"),
        ("To be looked at by", f"{row.review_on}"),
    ]


def _describe_stop(approval: Approval) -> Lines:
    row = Stop.objects.get(pk=int(approval.target_id))
    return [
        ("Stopped", str(row)),
        ("Because", row.reason),
        ("Customers are told", row.message),
        ("Since", f"{row.engaged_at:%Y-%m-%d %H:%M} UTC"),
    ]
