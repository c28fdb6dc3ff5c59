"""Locking a person out: at once, by one member of staff; letting in again takes two."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from coinhub.approvals import services as approvals
from coinhub.approvals import votes
from coinhub.approvals.kinds import Kind, Lines
from coinhub.approvals.models import Approval
from coinhub.core.actor import Actor
from coinhub.events import audit, outbox
from coinhub.people import access, grants
from coinhub.people.refusals import AccessUnchanged, OwnAccess
from coinhub.users.models import User

PROPOSE, APPROVE = "approvals.propose_unlock", "approvals.approve_unlock"
LOCK = PROPOSE  # who may ask to let somebody in may lock out


def lock(*, person: User, reason: str, maker: User, actor: Actor) -> None:
    """Lock a person out: sessions, tokens and API keys end, nothing of theirs opens a door.

    Atomic: opens its own transaction.
    Repeat: refused, they are locked.
    Writes: User, AuditEvent, ``person.locked`` event; every way in ends.
    Raises: NotPermitted, OwnAccess, ReasonTooShort, AccessUnchanged.
    """
    votes.require_permission(maker.pk, LOCK)
    if person.pk == maker.pk:
        raise OwnAccess
    why = approvals.require_reason(reason)
    with transaction.atomic():
        found = grants.locked_person(str(person.pk))
        if not found.is_active:
            raise AccessUnchanged
        _set_active(found, is_active=False, actor=actor, reason=why)
        access.end_all(found, actor=actor)


def propose_unlock(*, person: User, reason: str, maker: User, actor: Actor) -> Approval:
    """Propose to let a locked person in again.

    Atomic: joins the caller's transaction, or opens its own.
    Repeat: the same proposal is refused while it waits.
    Writes: Approval, AuditEvent, ``approval.proposed`` event.
    Raises: OwnAccess, AccessUnchanged, and what ``approvals.propose`` refuses.
    """
    if person.pk == maker.pk:
        raise OwnAccess
    if person.is_active:
        raise AccessUnchanged
    return approvals.propose(
        kind=KIND.name,
        target_type="person",
        target_id=str(person.pk),
        payload={},
        reason=reason,
        maker=maker,
        actor=actor,
    )


def _set_active(person: User, *, is_active: bool, actor: Actor, reason: str) -> None:
    person.is_active = is_active
    person.save(update_fields=["is_active"])
    event = "person.unlocked" if is_active else "person.locked"
    audit.record(
        actor=actor,
        action=event,
        object_type="person",
        object_id=str(person.pk),
        before={"is_active": not is_active},
        after={"is_active": is_active, "reason": reason},
    )
    outbox.tell(event=event, object_id=str(person.pk))


def _version(target_id: str) -> str:
    return "in" if grants.locked_person(target_id).is_active else "locked"


def _execute(approval: Approval, *, checker: User, actor: Actor) -> Mapping[str, Any]:
    person = grants.locked_person(approval.target_id)
    _set_active(person, is_active=True, actor=actor, reason=approval.reason)
    return {"is_active": True}


def _describe(approval: Approval) -> Lines:
    person = User.objects.filter(pk=approval.target_id).first()
    return [
        ("Person", str(person) if person else approval.target_id),
        ("Has then", "access with the roles they had; they sign in anew"),
    ]


KIND = Kind(
    name="unlock",
    title="Let a locked person in again",
    propose_permission=PROPOSE,
    approve_permission=APPROVE,
    execute=_execute,
    describe=_describe,
    version=_version,
    parties=grants.parties,
)
