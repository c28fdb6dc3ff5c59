"""Sessions of browsers, as rows."""

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models.functions import Now


def sweep() -> None:
    """Delete sessions that ran out, and what was written of them.

    Repeat: nothing more to delete.
    Writes: deletes Session and UserSession rows.
    """
    Session.objects.filter(expire_date__lt=Now()).delete()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
