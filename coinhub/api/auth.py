"""Who is asking: the bearer of an access token or of an API key, and what a key may do."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from coinhub.api.errors import Unauthenticated
from coinhub.core.errors import DomainError
from coinhub.core.requests import address_of
from coinhub.users import key_text, roles
from coinhub.users.models import ApiKey, User
from coinhub.users.selectors import api_keys, tokens
from coinhub.users.selectors.api_keys import KeyInUse
from coinhub.users.services.api_keys import note_use

SCHEME = "bearer"
WHAT = (
    "An access token of `POST auth/token`, or an API key (`chk_live_...`, in the sandbox "
    "`chk_test_...`) with the scope that the operation names."
)

# What a view asks of its caller, besides the scopes that an API key can have.
OPEN = "open"  # nobody is asked who they are
PERSON = "person"  # a person who signed in; no key, whatever it may do
STAFF = "staff"  # a member of staff who signed in
SCOPES = frozenset({*ApiKey.Scope.values, OPEN, PERSON, STAFF})


class ScopeMissing(DomainError):
    """The API key has not the scope of this address, or no key has; ``scope`` names it."""

    code = "SCOPE_MISSING"
    status = 403
    title = "This API key may not do this"


class AddressNotAllowed(DomainError):
    """The API key may not be used from where the call comes from."""

    code = "ADDRESS_NOT_ALLOWED"
    status = 403
    title = "This API key may not be used from this address"


class TokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer``, token or key, looked up each time: revocation works at once."""

    def authenticate(self, request: Request) -> tuple[User, KeyInUse | None] | None:
        """Give the person, and the key if it is one; ``None`` without either.

        Raises: Unauthenticated for a token or key that is not valid.
        """
        scheme, _, text = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if not scheme:
            return None
        found = find_bearer(text.strip(" ")) if scheme.lower() == SCHEME else None
        if found is None:
            raise Unauthenticated("the token is not valid, or not any more")
        return found

    def authenticate_header(self, request: Request) -> str:
        """Name the scheme, so that a missing token is 401 and not 403."""
        return 'Bearer realm="CoinHub"'


def find_bearer(text: str) -> tuple[User, KeyInUse | None] | None:
    """Find whom a token or an API key stands for."""
    if text.startswith(key_text.PREFIXES):
        return api_keys.find_key(text)
    user = tokens.find_user(text)
    return None if user is None else (user, None)


def require_scope(request: Request, scope: str) -> None:
    """Let people pass; an API key only with this scope, and from its addresses.

    Writes: when the key was last used.
    Raises: ScopeMissing, AddressNotAllowed.
    """
    key = request.auth
    if not isinstance(key, KeyInUse):
        return
    if not key.allows(address_of(request)):
        raise AddressNotAllowed
    if scope not in key.scopes:
        raise ScopeMissing(scope=scope)
    if key.is_use_due:
        note_use(key.id)


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Tells the schema about tokens."""

    target_class = "coinhub.api.auth.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Describe the header."""
        return {"type": "http", "scheme": SCHEME, "description": WHAT}


class IsOperations(BasePermission):
    """Lets in active staff of operations, and superusers."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Look at the caller's role."""
        return isinstance(request.user, User) and roles.is_in(request.user, roles.OPERATIONS)


class MayReadAll(BasePermission):
    """Lets in whoever may read everything: operations, auditors and superusers."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Look at the caller's role."""
        readers = (roles.OPERATIONS, roles.AUDITOR)
        return isinstance(request.user, User) and roles.is_in(request.user, *readers)
