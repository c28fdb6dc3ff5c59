"""Proving oneself on a form: the code or password is part of the very request it allows."""

import math
import time

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from coinhub.users import trail
from coinhub.users.models import User
from coinhub.users.services import second_factor
from coinhub.users.services.second_factor import CodeRefused, FactorLocked
from coinhub.users.web.shown import place_of

FRESH_S = 300
NOT_RIGHT = "This code is not right, or was used before. Take the next one."


class CodeField(forms.CharField):
    """A one-time code of an app, or a recovery code."""

    def __init__(self, label: str = "Code") -> None:
        super().__init__(
            label=label,
            max_length=second_factor.LONGEST_CODE,
            help_text="Six digits from your authenticator app, or a recovery code.",
            widget=forms.TextInput(
                attrs={"autocomplete": "one-time-code", "spellcheck": "false", "autofocus": True}
            ),
        )


class PasswordField(forms.CharField):
    """The password that a person has now."""

    def __init__(self) -> None:
        super().__init__(
            label="Your password",
            strip=False,
            max_length=1024,
            widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        )


def take_code(request: HttpRequest, user: User, code: str) -> str:
    """Use up a code, and say in words of a form why it is refused.

    Raises: ValidationError.
    """
    try:
        return second_factor.check_code(user, code, place_of(request, user))
    except CodeRefused as refusal:
        trail.code_refused(request, user)
        raise ValidationError(NOT_RIGHT, code=refusal.code) from None
    except FactorLocked as refusal:
        minutes = math.ceil(refusal.members["retry_after"] / 60)
        words = f"Too many wrong codes. Please wait {minutes} minute{'s' if minutes > 1 else ''}."
        raise ValidationError(words, code=refusal.code) from None


def has_proved_again(request: HttpRequest, user: User) -> bool:
    """Say whether somebody who is signed in has used a second factor again in five minutes."""
    return any(
        record.get("method") == "mfa"
        and record.get("reauthenticated")
        and 0 <= time.time() - float(record["at"]) <= FRESH_S
        for record in get_authentication_records(request, user)
    )


class ProofMixin(forms.Form):
    """Adds to a form what its person has to prove with: a code, or else the password.

    A passkey cannot be typed: who has no app and has just used one need not type anything more.
    The proof is looked at last, so that no code is used up for a form that is wrong elsewhere.
    """

    user: User

    def add_proof(self) -> None:
        """Add the field that is needed."""
        if not second_factor.has_second_factor(self.user):
            if "oldpassword" not in self.fields:
                self.fields["password"] = PasswordField()
        elif second_factor.has_totp(self.user) or not has_proved_again(context.request, self.user):
            self.fields["code"] = CodeField()

    def take_proof(self) -> None:
        """Use up the proof; what is wrong with it stands at its field."""
        if self.errors:
            return
        if "code" in self.fields:
            try:
                take_code(context.request, self.user, self.cleaned_data["code"])
            except ValidationError as error:
                self.add_error("code", error)
        elif "password" in self.fields:
            self._take_password()

    def _take_password(self) -> None:
        try:
            is_right = get_adapter().reauthenticate(self.user, self.cleaned_data["password"])
        except ValidationError as error:
            self.add_error("password", error)
            return
        if not is_right:
            self.add_error("password", "This is not your password.")
