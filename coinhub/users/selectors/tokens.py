"""Who holds a token."""

import hmac

from django.utils import timezone

from coinhub.users import secrets
from coinhub.users.models import AccessToken, User


def find_user(token: str) -> User | None:
    """Find the active person an access token stands for, in one query.

    A token that ran out, was revoked, or goes back to another password stands for nobody.
    """
    if not token.startswith(secrets.ACCESS_PREFIX) or len(token) > secrets.LONGEST:
        return None
    found = (
        AccessToken.objects.filter(
            digest=secrets.digest_of(token), expires_at__gt=timezone.now(), user__is_active=True
        )
        .select_related("user")
        .first()
    )
    if found is None or not hmac.compare_digest(bytes(found.stamp), secrets.stamp_of(found.user)):
        return None
    return found.user
