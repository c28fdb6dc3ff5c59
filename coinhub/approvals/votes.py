"""Who may decide, about what, and until when."""

import hmac
from uuid import UUID

from django.db import connection

from coinhub.approvals.content import digest_of
from coinhub.approvals.kinds import Kind
from coinhub.approvals.models import Approval
from coinhub.approvals.refusals import (
    ApprovalChanged,
    CheckerIsParty,
    MakerIsChecker,
    NotPermitted,
)
from coinhub.users.models import User


def require_permission(person_id: UUID, permission: str) -> None:
    """Refuse somebody who has not the permission now; what was known of them is asked anew.

    Raises: NotPermitted.
    """
    person = User.objects.filter(pk=person_id, is_active=True, is_staff=True).first()
    if person is None or not person.has_perm(permission):
        raise NotPermitted


def require_checker(approval: Approval, kind: Kind, checker: User) -> None:
    """Refuse a checker who may not decide, who proposed it, or whom it is about.

    Raises: NotPermitted, MakerIsChecker, CheckerIsParty.
    """
    if checker.pk == approval.maker_id:
        raise MakerIsChecker
    require_permission(checker.pk, kind.approve_permission)
    if checker.pk in kind.parties(approval):
        raise CheckerIsParty


def require_maker(approval: Approval, kind: Kind) -> None:
    """Refuse what somebody proposed who was locked out or lost the role since.

    Raises: NotPermitted.
    """
    if kind.propose_permission is None:
        return
    try:
        require_permission(approval.maker_id, kind.propose_permission)
    except NotPermitted:
        raise NotPermitted("Who proposed this may not do so any more; reject it") from None


def require_shown(approval: Approval, shown_sha256: str) -> None:
    """Refuse when the row is not what was proposed, or not what the checker was shown.

    Raises: ApprovalChanged.
    """
    is_now = digest_of(approval)
    if not is_now == approval.payload_sha256 or not hmac.compare_digest(
        is_now.encode(), shown_sha256.encode()
    ):
        raise ApprovalChanged


def is_too_old(approval: Approval) -> bool:
    """Say whether the time is over, by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp() >= %s::timestamptz", [approval.expires_at])
        return bool(cursor.fetchone()[0])
