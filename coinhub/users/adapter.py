"""How allauth behaves here."""

from smtplib import SMTPException
from types import SimpleNamespace
from typing import Any, ClassVar
from urllib.parse import urlsplit
from uuid import UUID

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from coinhub.core.requests import address_of
from coinhub.users import devices, trail
from coinhub.users.models import User
from coinhub.users.selectors import people
from coinhub.users.services import (
    credentials,
    passwords,
    second_factor,
    sign_in_limit,
    staff_factor,
)
from coinhub.users.services.sign_in_limit import TooManySignIns
from coinhub.users.web.staying import stay

log = structlog.get_logger(__name__)
RESET = "account_reset_password_from_key"  # the page that a mail leads to
WRITER = SimpleNamespace(name="CoinHub", domain="CoinHub")  # as mails name who writes


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Counts tries in the database, notes every change of credentials, writes the audit trail."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "The e-mail or the password is not right.",
        "too_many_login_attempts": "Too many tries. Please wait a minute.",
    }

    def get_client_ip(self, request: HttpRequest) -> str:
        """Count by the client and not by the proxy that all clients share."""
        return address_of(request) or str(super().get_client_ip(request))

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Take a try before the password is looked at.

        Raises: ValidationError; ``retry_after`` is in its params.
        """
        email = str(credentials.get("email", ""))
        try:
            self.tries = sign_in_limit.take(
                email=email,
                address=address_of(request),
                device=devices.known_device(request, email),
            )
        except TooManySignIns as refusal:
            error = self.validation_error("too_many_login_attempts")
            raise ValidationError(
                error.message, code=error.code, params=refusal.members
            ) from refusal

    def _rollback_login_failed_rl_usage(self) -> None:
        sign_in_limit.give_back(self.tries)

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **login: Any) -> None:
        sign_in_limit.forget(email=str(login.get("email", "")))

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Write down that a sign-in failed."""
        trail.sign_in_failed(request, str(credentials.get("email", "")))

    def post_login(
        self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any
    ) -> HttpResponse:
        """Write the sign-in down and remember the device."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        known = _person(user)
        methods = [
            str(r.get("type") or r["method"]) for r in get_authentication_records(request, user)
        ]
        trail.signed_in(request, known, methods)
        devices.remember(request, response, known.email or "")
        return response

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Change a password, from the settings or by a mail."""
        person = _person(user)
        actor = trail.actor_for(self.request, person)
        match = self.request.resolver_match
        is_reset = match is not None and match.url_name == RESET
        passwords.change_password(user=person, password=password, actor=actor, is_reset=is_reset)

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Take an e-mail as confirmed; where it takes the place of another, credentials change."""
        with transaction.atomic():
            rows = User.objects.select_for_update(of=("self",))
            person = rows.get(pk=email_address.user_id)
            before = person.email
            if not EmailAddress.objects.filter(pk=email_address.pk).exists():
                return False  # forgotten while we waited; saving it would make it again
            if email_address.email != before and people.has_account(email_address.email):
                return False  # somebody else's by now
            confirmed = bool(super().confirm_email(request, email_address))
            person.refresh_from_db(fields=["email"])
            if confirmed and person.email != before:
                actor = trail.actor_for(request, person)
                credentials.changed(user=person, what="email_changed", actor=actor)
                stay(request, person)
                change = {
                    "from_email": before,
                    "to_email": person.email,
                }  # the old one is told, too
                self.send_notification_mail("account/email/email_changed", person, change)
            elif confirmed:
                trail.email_confirmed(request, person)
        return confirmed

    def get_reauthentication_methods(self, user: AbstractBaseUser) -> list[dict[str, Any]]:
        """Take no password from who has a second factor, and codes also from who has a passkey."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        if not user.is_authenticated or not second_factor.has_second_factor(_person(user)):
            return methods
        found = {method["id"]: method for method in methods}
        code = {
            "id": "mfa_reauthenticate",
            "description": "Use a code of your app, or a recovery code",
            "url": reverse("mfa_reauthenticate"),
        }
        passkey = found.get("mfa_reauthenticate:webauthn")
        if passkey is None:
            return [code]
        passkey["description"] = "Use a passkey"
        if staff_factor.needs_passkey(_person(user)):
            return [passkey]
        has_app = "mfa_reauthenticate" in found
        return [code, passkey] if has_app else [passkey, code]

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail; that the mail server refuses it or is away is logged and not told.

        A server that knows which mailboxes exist must not tell it through our answers, and a change
        that was made is not undone because its notice could not go out. Links lead to the address
        of the installation, whatever host the request named.
        """
        linked = {name: _at_home(value) for name, value in context.items()}
        try:
            super().send_mail(template_prefix, email, {"current_site": WRITER, **linked})
        except (OSError, SMTPException) as failure:
            log.warning("mail_not_sent", mail=template_prefix, kind=type(failure).__name__)

    def format_email_subject(self, subject: str) -> str:
        """Name who writes."""
        return f"CoinHub: {subject}"


def _person(user: AbstractBaseUser) -> User:
    if not isinstance(user, User) or not isinstance(user.pk, UUID):
        raise TypeError("only people of ours sign in")
    return user


def _at_home(value: Any) -> Any:
    """Lead an address of this site to the configured host; anything else stays."""
    if not isinstance(value, str) or not value.startswith(("http://", "https://")):
        return value
    there = urlsplit(value)
    query = f"?{there.query}" if there.query else ""
    return f"{settings.BASE_URL}{there.path}{query}"
