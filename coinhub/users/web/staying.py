"""Staying signed in through a change of one's own credentials."""

from allauth.usersessions.models import UserSession
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest

from coinhub.users.models import User


def stay(request: HttpRequest, user: User) -> None:
    """Let this browser stay signed in, with a new session id; all others have ended."""
    if request.user.pk != user.pk:
        return
    update_session_auth_hash(request, user)
    UserSession.objects.create_from_request(request)
