"""Which second factor lets a member of staff work: any, or one that cannot be phished."""

from django.conf import settings

from coinhub.users.models import User
from coinhub.users.services import passkeys, second_factor

PASSKEY = "passkey"


def needs_passkey(user: User) -> bool:
    """Say whether nothing but a passkey counts for this person."""
    return user.is_staff and bool(settings.STAFF_FACTOR == PASSKEY)


def counts(user: User, method: str) -> bool:
    """Say whether what was proved with ``method`` (``totp``, ``webauthn``, ...) counts."""
    return method == passkeys.PASSKEY or not needs_passkey(user)


def is_set_up(user: User) -> bool:
    """Say whether a person has a factor that counts."""
    if needs_passkey(user):
        return passkeys.has_passkey(user)
    return second_factor.has_second_factor(user)
