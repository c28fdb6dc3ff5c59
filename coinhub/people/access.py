"""Ending every way in that a person has at the moment."""

from allauth.usersessions.models import UserSession

from coinhub.core.actor import Actor
from coinhub.core.db import ClockTimestamp, require_transaction
from coinhub.users.models import AccessToken, RefreshToken, User
from coinhub.users.services import api_keys, credentials


def end_all(person: User, *, actor: Actor) -> None:
    """End the sessions, tokens and API keys of a person; the next request with one finds nobody.

    Atomic: needs the caller's transaction.
    Repeat: nothing more to end.
    Writes: User, whose sessions are bound to what is written; sessions and AccessToken rows go;
        RefreshToken, ApiKey, an audit event for each key; EmailAddress.
    """
    require_transaction()
    User.objects.filter(pk=person.pk).update(credentials_changed_at=ClockTimestamp())
    AccessToken.objects.filter(user=person).delete()
    RefreshToken.objects.filter(user=person, revoked_at=None).update(revoked_at=ClockTimestamp())
    api_keys.revoke_all(user=person, actor=actor)
    credentials.forget_next_email(person)
    for session in UserSession.objects.filter(user=person).order_by("pk"):
        session.end()
