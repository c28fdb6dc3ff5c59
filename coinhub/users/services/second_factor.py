"""The second factor: whether a person has one, and whether a code is right. Everybody asks here.

A code works once, ever: the database remembers the time steps used and the recovery codes used up,
and every check holds the person's lock row, so that tries at the same moment wait for each other.
Wrong codes are counted for each place they come from by itself, so that strangers who know a
password cannot keep the owner out; all strangers are one place.
"""

import math
import secrets
import time
from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.utils import decrypt, encrypt
from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from coinhub.core.db import database_clock, require_transaction
from coinhub.core.errors import DomainError
from coinhub.users.models import FactorLock, FactorTries, RecoveryCode, UsedCode, User
from coinhub.users.services.proofs import STRANGER

TOTP = "totp"
RECOVERY = "recovery_code"
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
PERIOD_S = 30
TOLERANCE = 1  # steps before and after: phones' clocks differ
TRIES = 5  # wrong codes before the factor is locked
FIRST_LOCK = timedelta(minutes=1)
LONGEST_LOCK = timedelta(days=1)
LOCK_GROWS = 4  # times, from one lock to the next
RECOVERY_CODES = 10
RECOVERY_LENGTH = 12  # of 31 signs: 59 bits
RECOVERY_SIGNS = "23456789abcdefghjkmnpqrstuvwxyz"  # nothing that is taken for something else
LONGEST_CODE = 40  # what is longer, however it is written, is no code


class CodeRefused(DomainError):
    """The code is wrong, too old, or was used before; which of these is not told."""

    code = "CODE_REFUSED"
    status = 403
    title = "The code is not right, or was used before"


class FactorLocked(DomainError):
    """Too many wrong codes; ``retry_after`` seconds are left."""

    code = "FACTOR_LOCKED"
    status = 429
    title = "Too many wrong codes; please wait"


def has_second_factor(user: User) -> bool:
    """Say whether a person has a TOTP or a passkey; recovery codes alone are no factor."""
    return bool(Authenticator.objects.filter(user_id=user.pk, type__in=FACTORS).exists())


def has_totp(user: User) -> bool:
    """Say whether a person has an authenticator app."""
    return bool(Authenticator.objects.filter(user_id=user.pk, type=TOTP).exists())


def check_code(user: User, code: str, place: str = STRANGER) -> str:
    """Use up a one-time or recovery code of a person and say which of the two it was.

    ``place`` names the known device, or the session, it comes from.

    Atomic: opens its own transaction and refuses to run inside another: what was used stays used,
        and a wrong try stays counted, whatever becomes of the operation it was for.
    Repeat: refused; a code works once.
    Writes: UsedCode or RecoveryCode, FactorTries.
    Raises: CodeRefused, FactorLocked.
    """
    with transaction.atomic(durable=True):
        _lock(user)
        now = database_clock()
        tries = _tries(user, place)
        if tries.locked_until is not None and tries.locked_until > now:
            raise _locked(tries.locked_until - now)
        method, is_guess = _use(user, _normal(code))
        if method is not None:
            FactorTries.objects.filter(pk=tries.pk).delete()
        elif is_guess:
            _count(tries, now)
    if method is None:  # raised only now: the count must be committed
        raise CodeRefused
    return method


def enrol_totp(user: User, secret: str | None = None) -> str:
    """Give a person a new TOTP in place of any before, and give back its secret.

    No news and no cooling-off: the use case around it, ``factors.enrol``, sees to these.

    Atomic: needs the caller's transaction.
    Writes: Authenticator.
    """
    require_transaction()
    secret = secret or totp.generate_totp_secret()
    Authenticator.objects.filter(user_id=user.pk, type=TOTP).delete()
    Authenticator.objects.create(user=user, type=TOTP, data={"secret": encrypt(secret)})
    return secret


def new_recovery_codes(user: User) -> list[str]:
    """Give a person ten new recovery codes in place of those before; they are shown this once.

    Atomic: needs the caller's transaction.
    Writes: RecoveryCode.
    """
    require_transaction()
    _lock(user)
    codes = [
        "".join(secrets.choice(RECOVERY_SIGNS) for _ in range(RECOVERY_LENGTH))
        for _ in range(RECOVERY_CODES)
    ]
    RecoveryCode.objects.filter(user=user).delete()
    RecoveryCode.objects.bulk_create([RecoveryCode(user=user, digest=_digest(c)) for c in codes])
    return ["-".join((code[:4], code[4:8], code[8:])) for code in codes]


def count_recovery_codes(user: User) -> int:
    """Say how many recovery codes are left."""
    return RecoveryCode.objects.filter(user=user, used_at=None).count()


def code_at(secret: str, step: int) -> str:
    """Give the code of a time step."""
    return str(totp.format_hotp_value(totp.hotp_value(secret, step)))


def current_step() -> int:
    """Give the time step that it is now."""
    return int(time.time()) // PERIOD_S


def find_step(secret: str, code: str) -> int | None:
    """Find the time step, of those that count now, whose code this is."""
    found = None
    for step in range(current_step() - TOLERANCE, current_step() + TOLERANCE + 1):
        if constant_time_compare(code_at(secret, step), code):
            found = step
    return found


def find_unused_code(user: User) -> str | None:
    """Give a code of the person's TOTP that would be taken now, for the sandbox's demo people."""
    for factor in Authenticator.objects.filter(user_id=user.pk, type=TOTP):
        for step in (current_step(), current_step() + TOLERANCE):
            if not UsedCode.objects.filter(authenticator_id=factor.pk, step=step).exists():
                return code_at(decrypt(factor.data["secret"]), step)
    return None


def use_step(authenticator_id: int, step: int) -> bool:
    """Mark a time step of a factor as used; false when it was before.

    Atomic: needs the caller's transaction.
    Writes: UsedCode.
    """
    require_transaction()
    known = UsedCode.objects.filter(authenticator_id=authenticator_id, step=step)
    if known.exists():  # the lock row keeps others away from here
        return False
    UsedCode.objects.create(authenticator_id=authenticator_id, step=step)
    return True


def _use(user: User, code: str) -> tuple[str | None, bool]:
    """Use a code up and name it; say of what is refused whether it was a guess.

    Who sends a code that was right once has not guessed: a double click locks nobody out. Nor has
    who sends nothing.
    """
    if not code:
        return None, False
    if len(code) == RECOVERY_LENGTH:
        known = RecoveryCode.objects.filter(user=user, digest=_digest(code))
        if known.filter(used_at=None).update(used_at=database_clock()):
            return RECOVERY, False
        return None, not known.exists()
    for factor in Authenticator.objects.filter(user_id=user.pk, type=TOTP):
        step = find_step(decrypt(factor.data["secret"]), code)
        if step is None:
            continue
        if use_step(factor.pk, step):
            Authenticator.objects.filter(pk=factor.pk).update(last_used_at=database_clock())
            return TOTP, False
        return None, False
    return None, True


def _normal(code: str) -> str:
    """Take out the spaces and hyphens people write between groups."""
    if len(code) > LONGEST_CODE:
        return ""
    return "".join(code.split()).replace("-", "").lower()


def _digest(code: str) -> bytes:
    return salted_hmac("coinhub.users.recovery_code", code, algorithm="sha256").digest()


def _lock(user: User) -> None:
    rows = FactorLock.objects.select_for_update().filter(user=user)
    if not rows:
        FactorLock.objects.bulk_create([FactorLock(user=user)], ignore_conflicts=True)
        rows.get()


def _tries(user: User, place: str) -> FactorTries:
    """Find what is counted for a place; the person's lock keeps others away from here."""
    digest = salted_hmac("coinhub.users.factor_place", place, algorithm="sha256").digest()
    found = FactorTries.objects.filter(user=user, place=digest).first()
    return found or FactorTries(user=user, place=digest)


def _count(tries: FactorTries, now: datetime) -> None:
    tries.failures += 1
    tries.locked_until = None
    if tries.failures % TRIES == 0:
        growth = LOCK_GROWS ** min(tries.failures // TRIES - 1, 10)
        tries.locked_until = now + min(FIRST_LOCK * growth, LONGEST_LOCK)
    tries.save()


def _locked(left: timedelta) -> FactorLocked:
    return FactorLocked(retry_after=max(1, math.ceil(left.total_seconds())))
