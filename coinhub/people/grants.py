"""Roles: one member of staff proposes which a person has from then on, another approves."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.contrib.auth.models import Group

from coinhub.approvals import services as approvals
from coinhub.approvals.kinds import Kind, Lines
from coinhub.approvals.models import Approval
from coinhub.core.actor import Actor
from coinhub.core.errors import NotYours, ValidationFailed
from coinhub.events import audit
from coinhub.people import access
from coinhub.people.refusals import AccessUnchanged, OwnAccess
from coinhub.users import roles as known
from coinhub.users.models import User

PROPOSE, APPROVE = "approvals.propose_role", "approvals.approve_role"


def propose_roles(
    *, person: User, roles: Collection[str], reason: str, maker: User, actor: Actor
) -> Approval:
    """Propose which roles a person has from then on; none takes them all.

    Atomic: joins the caller's transaction, or opens its own.
    Repeat: the same proposal is refused while it waits.
    Writes: Approval, AuditEvent, ``approval.proposed`` event.
    Raises: OwnAccess, AccessUnchanged, ValidationFailed, and what ``approvals.propose`` refuses.
    """
    if person.pk == maker.pk:
        raise OwnAccess
    require_known(roles)
    if person.email is None:
        raise ValidationFailed("Who cannot sign in can have no role")
    before, after = roles_of(person), sorted(set(roles))
    if before == after:
        raise AccessUnchanged
    return approvals.propose(
        kind=KIND.name,
        target_type="person",
        target_id=str(person.pk),
        payload={"before": before, "after": after},
        reason=reason,
        maker=maker,
        actor=actor,
    )


def set_roles(person: User, roles: Collection[str], *, actor: Actor) -> None:
    """Give a person exactly these roles; who has one is staff, and signs in anew.

    Atomic: needs the caller's transaction.
    Writes: User with its groups, AuditEvent; every way in ends.
    """
    before = {"roles": roles_of(person), "is_staff": person.is_staff}
    person.groups.set(Group.objects.filter(name__in=roles))
    person.is_staff = bool(roles) or person.is_superuser
    person.save(update_fields=["is_staff"])
    access.end_all(person, actor=actor)
    audit.record(
        actor=actor,
        action="person.roles_changed",
        object_type="person",
        object_id=str(person.pk),
        before=before,
        after={"roles": roles_of(person), "is_staff": person.is_staff},
    )


def require_known(roles: Collection[str]) -> None:
    """Refuse what is no role.

    Raises: ValidationFailed.
    """
    unknown = sorted(set(roles) - set(known.GROUPS))
    if unknown:
        raise ValidationFailed(f"There is no role {', '.join(unknown)}")


def roles_of(person: User) -> list[str]:
    """List the roles of a person now, by name."""
    return sorted(Group.objects.filter(user=person).values_list("name", flat=True))


def locked_person(target_id: str) -> User:
    """Give the person an approval is about and hold their row until the transaction ends."""
    person = User.objects.select_for_update(of=("self",)).filter(pk=UUID(target_id)).first()
    if person is None:
        raise NotYours
    return person


def _version(target_id: str) -> str:
    person = locked_person(target_id)
    parts = ["+".join(roles_of(person)), f"staff={person.is_staff}", f"active={person.is_active}"]
    return " ".join(parts)


def _execute(approval: Approval, *, checker: User, actor: Actor) -> Mapping[str, Any]:
    person = locked_person(approval.target_id)
    set_roles(person, approval.payload["after"], actor=actor)
    return {"roles": roles_of(person)}


def _describe(approval: Approval) -> Lines:
    person = User.objects.filter(pk=approval.target_id).first()
    return [
        ("Person", str(person) if person else approval.target_id),
        ("Roles now", ", ".join(approval.payload["before"]) or "none"),
        ("Roles from then on", ", ".join(approval.payload["after"]) or "none"),
        ("Signs in", "anew, everywhere"),
    ]


def parties(approval: Approval) -> Collection[UUID]:
    """Say that an approval is about the person it names."""
    return [UUID(approval.target_id)]


KIND = Kind(
    name="role",
    title="Change the roles of a person",
    propose_permission=PROPOSE,
    approve_permission=APPROVE,
    execute=_execute,
    describe=_describe,
    version=_version,
    parties=parties,
)
