"""Use cases of tokens: issue, refresh, revoke."""

import hmac
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from coinhub.core.errors import DomainError
from coinhub.users import secrets
from coinhub.users.models import AccessToken, RefreshToken, User

ACCESS_LIFE = timedelta(minutes=5)
REFRESH_LIFE = timedelta(days=30)
STAFF_LIFE = timedelta(hours=8)  # from the sign-in on, as their sessions


class TokenInvalid(DomainError):
    """The token is unknown, used, revoked or too old; which of these is not told."""

    code = "INVALID_TOKEN"
    status = 401
    title = "The token is not valid"


@dataclass(frozen=True, slots=True)
class Pair:
    """What is given out once and never kept in clear."""

    access: str
    refresh: str
    expires_in: int


def issue(*, user: User) -> Pair:
    """Give a person who has just proved the password the first tokens of a new family.

    Atomic: opens its own transaction.
    Writes: AccessToken, RefreshToken; tokens of the person that ran out are deleted.
    """
    with transaction.atomic():
        now = timezone.now()
        AccessToken.objects.filter(user=user, expires_at__lt=now).delete()
        RefreshToken.objects.filter(user=user, expires_at__lt=now).delete()
        return _pair(user, uuid.uuid4())


def refresh(*, token: str) -> Pair:
    """Change a refresh token for a new pair of its family.

    Atomic: opens its own transaction; two uses at once meet at the family's lock.
    Repeat: a second use ends every token of the family.
    Writes: RefreshToken, AccessToken.
    Raises: TokenInvalid.
    """
    with transaction.atomic():
        pair = _rotate(token)
    if pair is None:  # raised only now: what a second use ends must be committed
        raise TokenInvalid
    return pair


def revoke(*, token: str) -> None:
    """End the family of a token, access or refresh; a text that is no token ends nothing.

    Atomic: opens its own transaction.
    Repeat: nothing more to end.
    Writes: RefreshToken; AccessToken rows are deleted.
    """
    digest = secrets.digest_of(token[: secrets.LONGEST])
    model = AccessToken if token.startswith(secrets.ACCESS_PREFIX) else RefreshToken
    with transaction.atomic():
        family = model._default_manager.filter(digest=digest).values_list("family", flat=True)
        for found in family[:1]:
            _lock(found)
            _end(found)


def _rotate(token: str) -> Pair | None:
    if not token.startswith(secrets.REFRESH_PREFIX) or len(token) > secrets.LONGEST:
        return None
    shown = RefreshToken.objects.filter(digest=secrets.digest_of(token)).select_related("user")
    for family in shown.values_list("family", flat=True)[:1]:
        _lock(family)
    found = shown.first()  # read under the lock
    if found is None or found.revoked_at is not None or found.expires_at <= timezone.now():
        return None
    same_password = hmac.compare_digest(bytes(found.stamp), secrets.stamp_of(found.user))
    if found.used_at is not None or not found.user.is_active or not same_password:
        _end(found.family)
        return None
    found.used_at = timezone.now()
    found.save(update_fields=["used_at"])
    AccessToken.objects.filter(family=found.family).delete()
    # What staff may do is worth a second factor every day: their tokens are not prolonged.
    return _pair(found.user, found.family, ends=found.expires_at if found.user.is_staff else None)


def _pair(user: User, family: uuid.UUID, *, ends: datetime | None = None) -> Pair:
    access = secrets.new_token(secrets.ACCESS_PREFIX)
    renewal = secrets.new_token(secrets.REFRESH_PREFIX)
    now, stamp = timezone.now(), secrets.stamp_of(user)
    ends = ends or now + (STAFF_LIFE if user.is_staff else REFRESH_LIFE)
    lasts = min(ACCESS_LIFE, ends - now)
    AccessToken.objects.create(
        user=user,
        digest=secrets.digest_of(access),
        family=family,
        stamp=stamp,
        expires_at=now + lasts,
    )
    RefreshToken.objects.create(
        user=user,
        digest=secrets.digest_of(renewal),
        family=family,
        stamp=stamp,
        expires_at=ends,
    )
    return Pair(access, renewal, int(lasts.total_seconds()))


def _lock(family: uuid.UUID) -> None:
    """Let one at a time work on a family: the row of its sign-in is the lock."""
    rows = RefreshToken.objects.select_for_update().filter(family=family)
    rows.order_by("id").values_list("pk", flat=True).first()


def _end(family: uuid.UUID) -> None:
    AccessToken.objects.filter(family=family).delete()
    RefreshToken.objects.filter(family=family, revoked_at=None).update(revoked_at=timezone.now())
