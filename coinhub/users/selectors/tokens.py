"""Who holds a token."""

import hmac
from datetime import datetime

from django.db import connection
from django.utils import timezone

from coinhub.core.db import sql_file
from coinhub.users import secrets
from coinhub.users.models import AccessToken, RefreshToken, User

# Asked on every request, so it is written out: building it costs more than answering it.
FIND_USER = sql_file("coinhub/users/sql/find_user.sql")
COLUMNS = (  # in the order of the model, which ``from_db`` goes by
    "password", "last_login", "is_superuser", "id", "email", "name", "external_ref", "is_active",
    "is_staff", "date_joined", "credentials_changed_at",
)  # fmt: skip


def find_user(token: str) -> User | None:
    """Find the active person an access token stands for, in one query.

    A token that ran out, was revoked, or is from before a change of credentials stands for nobody.
    """
    if not token.startswith(secrets.ACCESS_PREFIX) or len(token) > secrets.LONGEST:
        return None
    with connection.cursor() as cursor:
        cursor.execute(FIND_USER, {"digest": secrets.digest_of(token), "now": timezone.now()})
        row = cursor.fetchone()
    if row is None:
        return None
    user = User.from_db(connection.alias, COLUMNS, row[:-1])
    return user if hmac.compare_digest(bytes(row[-1]), secrets.stamp_of(user)) else None


def signed_in_at(token: str) -> datetime | None:
    """Say when somebody signed in for this access token; nothing for one that was refreshed since.

    The first token of a family comes with password and second factor, the later ones do not.
    """
    if not token.startswith(secrets.ACCESS_PREFIX) or len(token) > secrets.LONGEST:
        return None
    found = AccessToken.objects.filter(digest=secrets.digest_of(token)).first()
    if found is None or RefreshToken.objects.filter(family=found.family).count() != 1:
        return None
    return found.created_at
