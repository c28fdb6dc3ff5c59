"""Who is asking: the bearer of an access token."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from coinhub.api.errors import Unauthenticated
from coinhub.users import roles
from coinhub.users.models import User
from coinhub.users.selectors import tokens

SCHEME = "bearer"


class TokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer TOKEN``, looked up on every request: revocation works at once."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        """Give the person of the token, ``None`` without one.

        Raises: Unauthenticated for a token that is not valid.
        """
        scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if not scheme:
            return None
        user = tokens.find_user(token.strip()) if scheme.lower() == SCHEME else None
        if user is None:
            raise Unauthenticated("the token is not valid, or not any more")
        return user, None

    def authenticate_header(self, request: Request) -> str:
        """Name the scheme, so that a missing token is 401 and not 403."""
        return 'Bearer realm="CoinHub"'


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Tells the schema about tokens."""

    target_class = "coinhub.api.auth.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Describe the header."""
        return {"type": "http", "scheme": SCHEME, "description": "A token of `POST auth/token`."}


class IsOperations(BasePermission):
    """Lets in active staff of operations, and superusers."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Look at the caller's role."""
        return isinstance(request.user, User) and roles.is_in(request.user, roles.OPERATIONS)
