"""Inviting people: a link by e-mail with which they choose their password, once."""

from collections.abc import Collection
from uuid import UUID

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse

from coinhub.approvals import selectors, votes
from coinhub.core.actor import Actor
from coinhub.core.errors import ValidationFailed
from coinhub.events import audit
from coinhub.people import grants
from coinhub.people.refusals import (
    AccessUnchanged,
    InvitationEnded,
    PersonExists,
    StaffExists,
)
from coinhub.users.models import User


class InvitationTokens(PasswordResetTokenGenerator):
    """Makes links that end with the first password that is set, or after three days."""

    key_salt = "coinhub.people.invitation"


TOKENS = InvitationTokens()


def invite(
    *, email: str, name: str, roles: Collection[str], reason: str, maker: User, actor: Actor
) -> User:
    """Make a person, mail them the link, and propose their roles.

    Until a second member of staff has approved the roles they may do what anybody may.

    Atomic: opens its own transaction; the e-mail goes out after it.
    Repeat: refused, there is such a person.
    Writes: User, EmailAddress, Approval, AuditEvent.
    Raises: NotPermitted, PersonExists, ValidationFailed, and what ``propose_roles`` refuses.
    """
    votes.require_permission(maker.pk, grants.PROPOSE)
    with transaction.atomic():
        person = _make(email, name, actor=actor, action="person.invited")
        if roles:
            grants.propose_roles(
                person=person, roles=roles, reason=reason, maker=maker, actor=actor
            )
    _send(person)
    return person


def invite_again(*, person: User, maker: User, actor: Actor) -> None:
    """Mail the link once more to somebody who has not used it.

    Atomic: opens its own transaction; the e-mail goes out after it.
    Writes: AuditEvent.
    Raises: NotPermitted, AccessUnchanged when they have a password.
    """
    votes.require_permission(maker.pk, grants.PROPOSE)
    if person.has_usable_password() or person.email is None or not person.is_active:
        raise AccessUnchanged
    with transaction.atomic():
        audit.record(
            actor=actor,
            action="person.invited_again",
            object_type="person",
            object_id=str(person.pk),
        )
    _send(person)


def create_staff(
    *, email: str, name: str, roles: Collection[str], is_forced: bool, actor: Actor
) -> str:
    """Make a member of staff without a second person, and give the link for the password.

    For the first people of an installation: as soon as two can give roles with four eyes, they do.
    ``is_forced`` is for when all of these are locked out; the trail says that it was used.

    Atomic: opens its own transaction.
    Repeat: refused, there is such a person.
    Writes: User, EmailAddress, AuditEvent.
    Raises: StaffExists, PersonExists, ValidationFailed.
    """
    grants.require_known(roles)
    with transaction.atomic():
        enough = selectors.count_staff_with(grants.APPROVE) >= selectors.ENOUGH
        if enough and not is_forced:
            raise StaffExists
        action = "person.created_by_force" if enough else "person.created_by_command"
        person = _make(email, name, actor=actor, action=action)
        grants.set_roles(person, roles, actor=actor)
    return link_for(person)


def accept(*, person_id: UUID, token: str, password: str, actor: Actor) -> User:
    """Let an invited person choose their password; the link reached them, so the e-mail is theirs.

    Atomic: opens its own transaction.
    Repeat: refused, the link has ended.
    Writes: User, EmailAddress, AuditEvent.
    Raises: InvitationEnded.
    """
    with transaction.atomic():
        person = require_invited(person_id, token, is_locked=True)
        person.set_password(password)
        person.save(update_fields=["password"])
        EmailAddress.objects.filter(user=person, email=person.email).update(verified=True)
        audit.record(
            actor=actor,
            action="person.invitation_accepted",
            object_type="person",
            object_id=str(person.pk),
        )
    return person


def require_invited(person_id: UUID, token: str, *, is_locked: bool = False) -> User:
    """Give the person a link is for.

    Raises: InvitationEnded.
    """
    rows = User.objects.select_for_update(of=("self",)) if is_locked else User.objects.all()
    person = rows.filter(pk=person_id, is_active=True).first()
    if person is None or person.has_usable_password() or not TOKENS.check_token(person, token):
        raise InvitationEnded
    return person


def link_for(person: User) -> str:
    """Give the link with which a person chooses their first password."""
    way = reverse("invitation", args=[person.pk, TOKENS.make_token(person)])
    return f"{settings.BASE_URL}{way}"


def _make(email: str, name: str, *, actor: Actor, action: str) -> User:
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        raise ValidationFailed("That is no e-mail") from None
    if User.objects.filter(email=address).exists():
        raise PersonExists
    try:
        with transaction.atomic():  # the except that needs it is right here
            person = User.objects.create_user(address, None, name=name.strip()[:150])
    except IntegrityError:
        raise PersonExists from None
    EmailAddress.objects.create(user=person, email=address, primary=True, verified=False)
    audit.record(
        actor=actor, action=action, object_type="person", object_id=str(person.pk),
        after={"is_active": True, "is_staff": False},
    )  # fmt: skip
    return person


def _send(person: User) -> None:
    text = render_to_string("people/invitation.txt", {"person": person, "link": link_for(person)})
    send_mail("Your access to CoinHub", text, None, [str(person.email)])
