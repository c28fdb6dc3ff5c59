"""What follows when a password, an e-mail or a second factor changes."""

from django.utils import timezone

from coinhub.core.actor import Actor
from coinhub.core.db import ClockTimestamp, require_transaction
from coinhub.events import audit
from coinhub.users.models import AccessToken, RefreshToken, User


def changed(*, user: User, what: str, actor: Actor) -> None:
    """Note that a person's credentials change, and end what was opened with those before.

    ``what`` names the change for the audit trail, such as ``password_changed``. Sessions and tokens
    are bound to the time written here, so they end with the commit; the browser in which the change
    was made is let stay by ``update_session_auth_hash``, with a new session id. Withdrawals wait
    after this time.

    Atomic: needs the transaction of the change.
    Writes: User, AccessToken, RefreshToken, AuditEvent.
    """
    require_transaction()
    User.objects.filter(pk=user.pk).update(credentials_changed_at=ClockTimestamp())
    user.refresh_from_db(fields=["credentials_changed_at"])
    AccessToken.objects.filter(user=user).delete()
    RefreshToken.objects.filter(user=user, revoked_at=None).update(revoked_at=timezone.now())
    audit.record(actor=actor, action=f"person.{what}", object_type="person", object_id=str(user.pk))
