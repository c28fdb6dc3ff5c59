"""Sessions of browsers, as rows."""

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models.functions import Now

from coinhub.core.actor import Actor
from coinhub.events import audit
from coinhub.users.models import AccessToken, RefreshToken, User
from coinhub.users.services import credentials, key_pauses


def end_elsewhere(*, user: User, here: str | None, actor: Actor) -> None:
    """Sign a person out everywhere but in the session ``here``: browsers and programs.

    Atomic: opens its own transaction.
    Repeat: nothing more to end.
    Writes: ends sessions; AccessToken, RefreshToken; ApiKey (suspended), EmailAddress, audit
        events.
    """
    with transaction.atomic():
        User.objects.select_for_update(of=("self",)).only("pk").get(pk=user.pk)
        AccessToken.objects.filter(user=user).delete()
        RefreshToken.objects.filter(user=user, revoked_at=None).update(revoked_at=Now())
        key_pauses.suspend_all(user=user, why="signed_out_everywhere", actor=actor)
        credentials.forget_next_email(user)
        for session in UserSession.objects.filter(user=user).exclude(session_key=here):
            session.end()
        audit.record(
            actor=actor,
            action="person.signed_out_everywhere",
            object_type="person",
            object_id=str(user.pk),
        )


def sweep() -> None:
    """Delete sessions that ran out, and what was written of them.

    Repeat: nothing more to delete.
    Writes: deletes Session and UserSession rows.
    """
    Session.objects.filter(expire_date__lt=Now()).delete()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
