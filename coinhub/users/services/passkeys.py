"""Passkeys: what one has to sign, and whether it did.

The challenge comes from whoever asks and is bound to what is asked for; what was signed for one
operation is worth nothing for another. No answer of a passkey is counted or locks anything: there
is nothing in it that could be guessed.
"""

import binascii
import struct
from collections.abc import Mapping
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth as allauth_passkeys
from django.conf import settings
from fido2.server import Fido2Server
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import PublicKeyCredentialRpEntity, UserVerificationRequirement

from coinhub.core.db import database_clock
from coinhub.core.errors import DomainError
from coinhub.users.models import User

PASSKEY = "webauthn"
PREFERRED = UserVerificationRequirement.PREFERRED
SIGNED = ("clientDataJSON", "authenticatorData", "signature")
LONGEST_MEMBER = 2048  # signs; a member is some hundred bytes
LONGEST_DATA = 512  # bytes of authenticator data: 37, and extensions that nobody asked for
# What the parsers of a credential raise over bytes that are none.
MALFORMED = (ValueError, TypeError, LookupError, AttributeError, struct.error, binascii.Error)


class PasskeyRefused(DomainError):
    """The passkey is not the person's, or it signed something else."""

    code = "PASSKEY_REFUSED"
    status = 403
    title = "The passkey is not right for this"


def has_passkey(user: User) -> bool:
    """Say whether a person has a passkey."""
    return bool(Authenticator.objects.filter(user_id=user.pk, type=PASSKEY).exists())


def options_for(user: User, challenge: bytes, host: str) -> dict[str, Any] | None:
    """Say what a browser asks a person's passkeys to sign; nothing where there are none.

    ``host`` is the host of the site, without a port: a passkey belongs to it.
    """
    known = allauth_passkeys.get_credentials(user)
    if not known:
        return None
    options, _ = _server(host).authenticate_begin(known, PREFERRED, challenge)
    return dict(options)


def require_signed(
    user: User, challenge: bytes, credential: Mapping[str, Any] | None, host: str
) -> None:
    """Refuse what is not signed by a passkey of the person for exactly this challenge.

    Writes: Authenticator, when it was last used.
    Raises: PasskeyRefused.
    """
    sound = sound_credential(credential)
    if sound is None:
        raise PasskeyRefused
    state = {"challenge": websafe_encode(challenge), "user_verification": PREFERRED}
    try:
        used = _server(host).authenticate_complete(
            state, allauth_passkeys.get_credentials(user), sound
        )
    except MALFORMED:
        raise PasskeyRefused from None
    found = allauth_passkeys.get_authenticator_by_credential_id(user, used.credential_id)
    if found is None:
        raise PasskeyRefused
    Authenticator.objects.filter(pk=found.pk).update(last_used_at=database_clock())


def sound_credential(given: object) -> dict[str, Any] | None:
    """Give the members of a credential that count, or nothing when it cannot be one.

    What a stranger sends is looked at before a parser sees it: nothing nested, nothing long.
    """
    answer = given.get("response") if isinstance(given, Mapping) else None
    if not isinstance(given, Mapping) or not isinstance(answer, Mapping):
        return None
    texts = [given.get("rawId"), *(answer.get(name) for name in SIGNED)]
    if not all(isinstance(text, str) and 0 < len(text) <= LONGEST_MEMBER for text in texts):
        return None
    try:
        if len(websafe_decode(str(answer["authenticatorData"]))) > LONGEST_DATA:
            return None
    except MALFORMED:
        return None
    return {
        "id": given["rawId"],
        "rawId": given["rawId"],
        "type": "public-key",
        "response": {name: answer[name] for name in SIGNED},
    }


def _server(host: str) -> Fido2Server:
    party = PublicKeyCredentialRpEntity(id=host, name="CoinHub")
    anywhere = (lambda origin: True) if settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN else None
    return Fido2Server(party, verify_origin=anywhere)
