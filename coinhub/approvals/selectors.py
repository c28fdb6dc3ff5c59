"""Reads of approvals."""

from collections.abc import Sequence

from django.contrib.auth.models import Permission
from django.db.models import Q

from coinhub.approvals import kinds
from coinhub.approvals.kinds import Kind
from coinhub.approvals.models import Approval
from coinhub.users.models import User

ENOUGH = 2  # who proposes cannot decide, so one person alone gets nothing done


def count_waiting() -> int:
    """Count the proposals that wait for a decision."""
    return Approval.objects.filter(state=Approval.State.PENDING).count()


def oldest_waiting() -> Approval | None:
    """Give the proposal that has waited longest."""
    return (
        Approval.objects.filter(state=Approval.State.PENDING).order_by("created_at", "id").first()
    )


def may_have_proposed(person: User) -> bool:
    """Say whether somebody may propose anything, or did before a role was taken away."""
    if not (person.is_active and person.is_staff):
        return False
    rights = (kind.propose_permission for kind in kinds.registered())
    if any(right is not None and person.has_perm(right) for right in rights):
        return True
    return Approval.objects.filter(maker=person).exists()


def kinds_without_checkers() -> Sequence[Kind]:
    """List the kinds that fewer than two active members of staff may approve."""
    permissions = {kind.approve_permission for kind in kinds.registered()}
    many = {name for name in permissions if count_staff_with(name) >= ENOUGH}
    return [kind for kind in kinds.registered() if kind.approve_permission not in many]


def list_notices() -> list[str]:
    """Say which kinds cannot be done because too few people may approve them."""
    return [
        f"fewer than {ENOUGH} active members of staff may approve {kind.name}"
        for kind in kinds_without_checkers()
    ]


def count_staff_with(permission: str) -> int:
    """Count the active members of staff who have a permission."""
    app_label, _, codename = permission.partition(".")
    right = Permission.objects.filter(content_type__app_label=app_label, codename=codename)
    staff = User.objects.filter(is_active=True, is_staff=True).filter(
        Q(is_superuser=True) | Q(groups__permissions__in=right) | Q(user_permissions__in=right)
    )
    return staff.distinct().count()
