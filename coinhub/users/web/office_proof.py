"""What staff have proved for the request under way: in their session, or by their token.

A form of the back office may carry the proof itself (``step_up_code``, ``step_up_credential``).
It is used up before the form is read, counts for five minutes, and gives the session a new id.
"""

from functools import partial
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.mfa.webauthn.internal import auth as allauth_passkeys
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from coinhub.users.models import User
from coinhub.users.selectors import tokens
from coinhub.users.services import passkeys, staff_factor
from coinhub.users.step_up import Look, Proved
from coinhub.users.web.proof import take_code
from coinhub.users.web.shown import read_credential
from coinhub.users.web.staying import stay

CODE, CREDENTIAL = "step_up_code", "step_up_credential"
PROGRAMS = "/api/"  # who calls is said by a token there
NOT_RIGHT = "The passkey was not right. Please try again."


def look_for(request: HttpRequest) -> Look:
    """Give what finds out, when somebody asks, what was proved for this request."""
    return partial(proved_in, request)


def proved_in(request: HttpRequest) -> Proved | None:
    """Say with what and when the person of a request proved a second factor that counts.

    A token speaks for its owner where it says who calls, and nowhere else: on a page the session
    does, and what a token beside it proves may be somebody else's.
    """
    if request.path.startswith(PROGRAMS):
        token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")[2]
        at = tokens.signed_in_at(token.strip(" "))
        return Proved("sign-in", at.timestamp()) if at is not None else None
    user = request.user
    if not isinstance(user, User):
        return None
    found = [
        Proved(str(record["type"]), float(record["at"]))
        for record in get_authentication_records(request, user)
        if record.get("method") == "mfa" and staff_factor.counts(user, str(record.get("type")))
    ]
    return max(found, key=lambda proved: proved.at, default=None)


def is_needed(request: HttpRequest) -> bool:
    """Say whether a form has to ask for the second factor."""
    proved = proved_in(request)
    return proved is None or not proved.is_fresh


def options_for(request: HttpRequest, user: User) -> dict[str, Any] | None:
    """Say what a passkey signs to prove its owner; the same for all forms of one page."""
    if not passkeys.has_passkey(user):
        return None
    kept: dict[str, Any] | None = getattr(request, "passkey_options", None)
    if kept is None:
        kept = allauth_passkeys.begin_authentication(user)
        request.passkey_options = kept  # type: ignore[attr-defined]
    return kept


def take(request: HttpRequest, user: User) -> None:
    """Use up the proof that a form carries; what is wrong with it is told on the page."""
    code, credential = request.POST.get(CODE, "").strip(), request.POST.get(CREDENTIAL, "")
    if not (code or credential) or not is_needed(request):
        return
    try:
        method = _passkey(user, credential) if credential else take_code(request, user, code)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return
    record_authentication(request, user, "mfa", type=method, reauthenticated=True)
    stay(request, user)


def _passkey(user: User, credential: str) -> str:
    sound = passkeys.sound_credential(read_credential(credential))
    try:
        if sound is None:
            raise ValidationError(NOT_RIGHT)
        allauth_passkeys.complete_authentication(user, sound)
    except passkeys.MALFORMED:
        raise ValidationError(NOT_RIGHT) from None
    return passkeys.PASSKEY
