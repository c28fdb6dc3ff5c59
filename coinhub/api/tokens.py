"""auth/token: sign in, refresh, revoke."""

from typing import Any

from allauth.account.adapter import get_adapter
from django.core.exceptions import ValidationError
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from coinhub.api.auth import OPEN
from coinhub.api.input import Input, TextField
from coinhub.api.schema import refusals
from coinhub.api.views import View
from coinhub.core.errors import DomainError
from coinhub.users.models import User
from coinhub.users.services import tokens

LONGEST_PASSWORD = 1024


class CredentialsInvalid(DomainError):
    """No such person, or another password: the two look alike."""

    code = "INVALID_CREDENTIALS"
    status = 401
    title = "E-mail or password is wrong"


class TooManyTries(DomainError):
    """Too many sign-ins failed; pages and API count together."""

    code = "RATE_LIMITED"
    status = 429
    title = "Too many tries; wait a minute"

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail, retry_after=60)


class Credentials(Input):
    """Who signs in."""

    email = TextField(max_length=254)
    password = TextField(max_length=LONGEST_PASSWORD)


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
    """POST auth/token: e-mail and password for a pair of tokens."""

    @extend_schema(
        operation_id="token_issue",
        request=Credentials,
        responses={200: PairShape, **refusals(400, 401, 413, 415, 429, 503)},
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


def _sign_in(request: Request, credentials: dict[str, str]) -> User:
    """Check a password with the limits and the timing of the sign-in page.

    Raises: CredentialsInvalid, TooManyTries.
    """
    django_request = request._request
    try:
        found = get_adapter(django_request).authenticate(
            django_request, email=credentials["email"], password=credentials["password"]
        )
    except ValidationError:
        raise TooManyTries from None
    if not isinstance(found, User) or not found.is_active:
        raise CredentialsInvalid
    return found


def _answer(pair: tokens.Pair) -> dict[str, Any]:
    return {"access": pair.access, "refresh": pair.refresh, "expires_in": pair.expires_in}
