"""What allauth and Django tell us of: sign-outs, and passkeys that come and go."""

from django.db import transaction
from django.http import HttpRequest

from coinhub.core.requests import actor_of
from coinhub.users import trail
from coinhub.users.models import User
from coinhub.users.services import credentials, factors
from coinhub.users.web.staying import stay


def on_sign_out(sender: object, request: HttpRequest, user: User | None, **_signal: object) -> None:
    """Write a sign-out down."""
    if isinstance(user, User):
        trail.signed_out(request, user)


def on_passkey_added(sender: object, request: HttpRequest, user: User, **_signal: object) -> None:
    """Note that credentials changed; the browser in which it was done stays."""
    with transaction.atomic():
        credentials.changed(user=user, what="second_factor_added", actor=actor_of(request))
    stay(request, user)


def on_passkey_removed(sender: object, request: HttpRequest, user: User, **_signal: object) -> None:
    """Note that credentials changed; recovery codes go with the last factor."""
    with transaction.atomic():
        factors.note_removed(user=user, actor=actor_of(request))
    stay(request, user)


def on_factor_used(
    sender: object, request: HttpRequest, user: User, reauthenticated: bool, **_signal: object
) -> None:
    """Give the session a new id when somebody who is signed in has used a passkey again."""
    if reauthenticated:
        stay(request, user)
