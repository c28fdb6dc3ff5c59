"""What follows when a password, an e-mail or a second factor changes."""

from allauth.account.models import EmailAddress
from django.utils import timezone

from coinhub.core.actor import Actor
from coinhub.core.db import ClockTimestamp, require_transaction
from coinhub.events import audit
from coinhub.users.models import AccessToken, RefreshToken, User
from coinhub.users.services import key_pauses

# A change in which nobody showed the second factor that is there afterwards, or could have.
SUSPENDS_KEYS = frozenset({"password_reset", "email_changed", "second_factor_lost"})


def changed(*, user: User, what: str, actor: Actor) -> None:
    """Note that a person's credentials change, and end what was opened with those before.

    ``what`` names the change for the audit trail, such as ``password_changed``. Sessions and tokens
    are bound to the time written here, so they end with the commit; the browser in which the change
    was made is let stay by ``update_session_auth_hash``, with a new session id. Withdrawals wait
    after this time. API keys stop where the account may have come into other hands. An e-mail that
    waits to be confirmed is forgotten.

    Atomic: needs the transaction of the change.
    Writes: User, AccessToken, RefreshToken, AuditEvent; ApiKey, EmailAddress.
    """
    require_transaction()
    User.objects.filter(pk=user.pk).update(credentials_changed_at=ClockTimestamp())
    user.refresh_from_db(fields=["credentials_changed_at"])
    AccessToken.objects.filter(user=user).delete()
    RefreshToken.objects.filter(user=user, revoked_at=None).update(revoked_at=timezone.now())
    forget_next_email(user)
    if what in SUSPENDS_KEYS:
        key_pauses.suspend_all(user=user, why=what, actor=actor)
    audit.record(actor=actor, action=f"person.{what}", object_type="person", object_id=str(user.pk))


def forget_next_email(user: User) -> None:
    """Let no e-mail take the place of a person's that was asked for before now.

    Who had the account for a moment may have left their own behind, to confirm it after the owner
    has come back. Call it with the person's row locked or changed: a confirmation that is under way
    waits for that, and finds nothing.

    Atomic: needs the caller's transaction.
    Repeat: nothing more to forget.
    Writes: EmailAddress.
    """
    require_transaction()
    waiting = EmailAddress.objects.filter(user_id=user.pk, verified=False)
    waiting.exclude(email=user.email or "").delete()
