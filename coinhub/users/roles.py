"""Roles of staff: groups, and who is what."""

from coinhub.users.models import User

OPERATIONS = "operations"
KYC = "kyc"
AUDITOR = "auditor"
GROUPS = (OPERATIONS, KYC, AUDITOR)


def is_in(user: User, *groups: str) -> bool:
    """Say whether an active member of staff has one of the roles; a superuser has them all."""
    if not user.is_active or not user.is_staff:
        return False
    return user.is_superuser or user.groups.filter(name__in=groups).exists()
