"""The forms in which a passkey answers: allauth's, with what is sent looked at first.

A credential comes from a stranger. What is no credential is refused and breaks nothing; a wrong one
is not counted, as there is nothing in it to guess, and so nobody can lock the owner's passkey.
"""

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import forms as allauth_forms
from allauth.mfa.webauthn.internal import auth
from django import forms
from django.core.exceptions import ValidationError

from coinhub.users.services import passkeys
from coinhub.users.web.shown import read_credential

UNREADABLE = (*passkeys.MALFORMED, RecursionError)


class CredentialField(forms.CharField):
    """What the browser's script sends of a passkey."""

    widget = forms.HiddenInput

    def clean(self, value: Any) -> Any:
        """Read it, as far as it can be one.

        Raises: ValidationError.
        """
        return read_credential(str(super().clean(value)))


class AuthenticatePasskeyForm(allauth_forms.AuthenticateWebAuthnForm):  # type: ignore[misc]
    """The passkey at sign-in."""

    credential = CredentialField()

    def clean_credential(self) -> Authenticator:
        """Find whose passkey signed what this session was asked.

        Raises: ValidationError.
        """
        sound = passkeys.sound_credential(self.cleaned_data["credential"])
        if sound is None:
            raise _not_right()
        try:
            return auth.complete_authentication(self.user, sound)
        except passkeys.MALFORMED:
            raise _not_right() from None


class AgainPasskeyForm(AuthenticatePasskeyForm):
    """The passkey of somebody who is signed in already."""

    reauthenticated = True


class AddPasskeyForm(allauth_forms.AddWebAuthnForm):  # type: ignore[misc]
    """A new passkey."""

    credential = CredentialField()

    def clean(self) -> dict[str, Any]:
        """Take it when it answers what this session was asked.

        Raises: ValidationError.
        """
        try:
            cleaned: dict[str, Any] = super().clean()
        except UNREADABLE:
            raise _not_right() from None
        return cleaned


def _not_right() -> ValidationError:
    error: ValidationError = get_adapter().validation_error("incorrect_code")
    return error
