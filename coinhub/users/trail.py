"""What is written down of signing in: who, when, from where, and what was refused."""

from django.db import transaction
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from coinhub.core.actor import Actor, ActorKind
from coinhub.core.requests import address_of, request_id_of
from coinhub.events import audit
from coinhub.users.models import User


def actor_for(request: HttpRequest, user: User | None) -> Actor:
    """Make the actor of a request in which somebody is not, or not quite, signed in."""
    kind: ActorKind = "staff" if user is not None and user.is_staff else "customer"
    return Actor(
        kind=kind,
        user_id=user.pk if user else None,
        request_id=request_id_of(request),
        address=address_of(request),
    )


def signed_in(request: HttpRequest, user: User, methods: list[str]) -> None:
    """Write down that somebody signed in, and with what."""
    _write(request, user, "signed_in", after={"with": methods})


def signed_out(request: HttpRequest, user: User) -> None:
    """Write down that somebody signed out."""
    _write(request, user, "signed_out")


def email_confirmed(request: HttpRequest, user: User) -> None:
    """Write down that an e-mail was shown to be somebody's."""
    _write(request, user, "email_confirmed")


def code_refused(request: HttpRequest, user: User) -> None:
    """Write down that a wrong code was sent for somebody."""
    _write(request, user, "code_refused")


def sign_in_failed(request: HttpRequest, email: str) -> None:
    """Write down that a password was wrong; the same work is done where nobody has the e-mail.

    Nobody is the actor: it was not shown who tried. What was typed is not kept, it may be a
    password.
    """
    found = User.objects.filter(email=email.strip().lower()).values_list("pk", flat=True).first()
    digest = salted_hmac("coinhub.users.trail", email.strip().lower(), algorithm="sha256")
    with transaction.atomic():
        audit.record(
            actor=actor_for(request, None),
            action="person.sign_in_failed",
            object_type="person" if found else "unknown_person",
            object_id=str(found or digest.hexdigest()[:32]),
        )


def _write(
    request: HttpRequest, user: User, what: str, after: dict[str, list[str]] | None = None
) -> None:
    with transaction.atomic():
        audit.record(
            actor=actor_for(request, user),
            action=f"person.{what}",
            object_type="person",
            object_id=str(user.pk),
            after=after,
        )
