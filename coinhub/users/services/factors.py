"""Use cases of second factors: enrol, remove, new recovery codes."""

from allauth.mfa.models import Authenticator
from django.db import transaction

from coinhub.core.actor import Actor
from coinhub.users.models import RecoveryCode, User
from coinhub.users.services import credentials, second_factor
from coinhub.users.services.second_factor import CodeRefused


def enrol(*, user: User, secret: str, code: str, actor: Actor) -> list[str]:
    """Make an authenticator app the person's, when it shows the right code; give recovery codes.

    The code counts as used. Recovery codes are given with the first factor only.

    Atomic: opens its own transaction.
    Writes: Authenticator, UsedCode, RecoveryCode, and what ``credentials.changed`` writes.
    Raises: CodeRefused.
    """
    step = second_factor.find_step(secret, "".join(code.split()))
    if step is None:
        raise CodeRefused
    with transaction.atomic():
        is_first = not second_factor.has_second_factor(user)
        second_factor.enrol_totp(user, secret)
        made = Authenticator.objects.get(user_id=user.pk, type=second_factor.TOTP)
        second_factor.use_step(made.pk, step)
        codes = second_factor.new_recovery_codes(user) if is_first else []
        credentials.changed(user=user, what="second_factor_added", actor=actor)
    return codes


def remove_totp(*, user: User, actor: Actor) -> None:
    """Take a person's authenticator app away; recovery codes go with the last factor.

    Atomic: opens its own transaction.
    Writes: Authenticator, RecoveryCode, and what ``credentials.changed`` writes.
    """
    with transaction.atomic():
        Authenticator.objects.filter(user_id=user.pk, type=second_factor.TOTP).delete()
        note_removed(user=user, actor=actor)


def note_removed(*, user: User, actor: Actor) -> None:
    """Note that a factor was removed.

    Atomic: needs the caller's transaction.
    Writes: RecoveryCode, and what ``credentials.changed`` writes.
    """
    is_last = not second_factor.has_second_factor(user)
    if is_last:
        RecoveryCode.objects.filter(user=user).delete()
    what = "second_factor_lost" if is_last else "second_factor_removed"
    credentials.changed(user=user, what=what, actor=actor)


def renew_recovery_codes(*, user: User, actor: Actor) -> list[str]:
    """Give a person new recovery codes; those before are worth nothing any more.

    Atomic: opens its own transaction.
    Writes: RecoveryCode, and what ``credentials.changed`` writes.
    """
    with transaction.atomic():
        codes = second_factor.new_recovery_codes(user)
        credentials.changed(user=user, what="recovery_codes_renewed", actor=actor)
    return codes
