"""auth/token: sign in, refresh, revoke."""

from typing import Any

from allauth.account.adapter import get_adapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from coinhub.api.auth import OPEN
from coinhub.api.input import Input, TextField
from coinhub.api.schema import refusals
from coinhub.api.step_up import CredentialField
from coinhub.api.views import View
from coinhub.core.errors import DomainError
from coinhub.users import trail
from coinhub.users.models import User
from coinhub.users.selectors import people
from coinhub.users.services import (
    confirmations,
    passkey_sign_in,
    passkeys,
    second_factor,
    staff_factor,
    tokens,
)
from coinhub.users.services.passkeys import PasskeyRefused
from coinhub.users.services.proofs import Proof
from coinhub.users.services.second_factor import CodeRefused
from coinhub.users.services.sign_in_limit import TooManySignIns
from coinhub.users.web.shown import host_of, place_of

LONGEST_PASSWORD = 1024


class CredentialsInvalid(DomainError):
    """No such person, another password or another code: they look alike."""

    code = "INVALID_CREDENTIALS"
    status = 401
    title = "E-mail, password or code is wrong"


class SecondFactorRequired(DomainError):
    """The password is right, and the account has a second factor: send it along.

    Where there is a passkey, ``passkey`` is what a browser hands to it.

    Said only where the password is right, as the second page of a sign-in shows it too. With a code
    sent along, a wrong password and a wrong code are refused alike, and the code is looked at only
    after the password: who guesses passwords learns nothing more, within the same limit.
    """

    code = "SECOND_FACTOR_REQUIRED"
    status = 401
    title = "A second factor is needed: send a code as otp, or a credential"


class SecondFactorMissing(DomainError):
    """A member of staff who has not set up a second factor yet."""

    code = "SECOND_FACTOR_MISSING"
    status = 403
    title = "Members of staff set up a second factor first, on the pages"


class PasskeyRequired(DomainError):
    """A member of staff of this installation signs in with a passkey; a code does not do."""

    code = "PASSKEY_REQUIRED"
    status = 403
    title = "Members of staff sign in with a passkey"


class EmailUnconfirmed(DomainError):
    """Nobody has shown yet that the e-mail of the account is theirs."""

    code = "EMAIL_UNCONFIRMED"
    status = 403
    title = "Confirm your e-mail first: open the link in the mail"


class Credentials(Input):
    """Who signs in, and the second factor of who has one.

    ``otp`` is a one-time or recovery code, ``credential`` what a passkey has signed.
    """

    email = TextField(max_length=254)
    password = TextField(max_length=LONGEST_PASSWORD)
    otp = TextField(max_length=second_factor.LONGEST_CODE, required=False)
    credential = CredentialField(required=False)


class ShownToken(Input):
    """A token that is shown."""

    token = TextField(max_length=128)


class RefreshInput(Input):
    """The refresh token that is to be changed for a new pair."""

    refresh = TextField(max_length=128)


class PairShape(serializers.Serializer):
    """A pair of tokens; ``expires_in`` seconds is how long the access token lives."""

    access = serializers.CharField()
    refresh = serializers.CharField()
    expires_in = serializers.IntegerField()


class OpenView(View):
    """A view for callers who have no access token yet."""

    authentication_classes = []
    permission_classes = []
    scope = OPEN
    rate = "login"


class Token(OpenView):
    """POST auth/token: e-mail, password and second factor for a pair of tokens."""

    @extend_schema(
        operation_id="token_issue",
        request=Credentials,
        responses={200: PairShape, **refusals(400, 401, 403, 413, 415, 429, 503)},
    )
    def post(self, request: Request) -> Response:
        """Sign in."""
        credentials = self.read(request, Credentials)
        return Response(_answer(tokens.issue(user=_sign_in(request, credentials))))


class TokenRefresh(OpenView):
    """POST auth/token/refresh: a refresh token for a new pair, once."""

    @extend_schema(
        operation_id="token_refresh",
        request=RefreshInput,
        responses={200: PairShape, **refusals(400, 401, 413, 415, 503)},
    )
    def post(self, request: Request) -> Response:
        """Rotate."""
        return Response(_answer(tokens.refresh(token=self.read(request, RefreshInput)["refresh"])))


class TokenRevoke(OpenView):
    """POST auth/token/revoke: end the family of a token."""

    @extend_schema(
        operation_id="token_revoke",
        request=ShownToken,
        responses={204: None, **refusals(400, 413, 415, 503)},
    )
    def post(self, request: Request) -> Response:
        """End it; whether there was anything to end is not told."""
        tokens.revoke(token=self.read(request, ShownToken)["token"])
        return Response(status=204)


def _sign_in(request: Request, credentials: dict[str, Any]) -> User:
    """Check password and second factor with the limits and the timing of the sign-in page.

    Raises: CredentialsInvalid, TooManySignIns, EmailUnconfirmed, SecondFactorRequired,
        SecondFactorMissing, PasskeyRequired, FactorLocked.
    """
    django_request = request._request
    try:
        found = get_adapter(django_request).authenticate(
            django_request, email=credentials["email"], password=credentials["password"]
        )
    except ValidationError as error:
        raise TooManySignIns(**(error.params or {})) from None
    if not isinstance(found, User) or not found.is_active:
        raise CredentialsInvalid
    if not people.has_confirmed_email(found):
        raise EmailUnconfirmed
    methods = ["password", *_second_factor(django_request, found, credentials)]
    trail.signed_in(django_request, found, methods)
    return found


def _second_factor(request: HttpRequest, user: User, sent: dict[str, Any]) -> list[str]:
    """Use up the second factor of who has one; name what it was."""
    if user.is_staff and not staff_factor.is_set_up(user):
        raise SecondFactorMissing
    if not second_factor.has_second_factor(user):
        return []
    if "credential" not in sent and "otp" not in sent:
        raise SecondFactorRequired(**_asked(request, user))
    if "credential" not in sent and staff_factor.needs_passkey(user):
        raise PasskeyRequired(**_asked(request, user))
    try:
        return [_proved(request, user, sent)]
    except (CodeRefused, PasskeyRefused):
        trail.code_refused(request, user)
        raise CredentialsInvalid from None


def _proved(request: HttpRequest, user: User, sent: dict[str, Any]) -> str:
    if "credential" not in sent:
        return second_factor.check_code(user, sent["otp"], place_of(request, user))
    proof = Proof(credential=sent["credential"], host=host_of(request))
    return passkey_sign_in.take(user=user, proof=proof)


def _asked(request: HttpRequest, user: User) -> dict[str, Any]:
    """Say what a passkey signs to sign in, where there is one."""
    if not passkeys.has_passkey(user):
        return {}
    signed = confirmations.passkey_challenge(passkey_sign_in.ask(user=user))
    return {"passkey": passkeys.options_for(user, signed, host_of(request))}


def _answer(pair: tokens.Pair) -> dict[str, Any]:
    return {"access": pair.access, "refresh": pair.refresh, "expires_in": pair.expires_in}
