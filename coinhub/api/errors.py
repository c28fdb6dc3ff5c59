"""Every refusal as problem+json (RFC 9457)."""

from collections.abc import Iterator
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from rest_framework import exceptions
from rest_framework.exceptions import APIException, ErrorDetail

from coinhub.api.json import write
from coinhub.core.errors import DomainError, Unavailable, ValidationFailed
from coinhub.core.requests import request_id_of

CONTENT_TYPE = "application/problem+json"
CATALOGUE = "/api/docs/errors"
TIMED_OUT = {"25P03", "25P04"}  # idle in a transaction, or too long in one
NOT_SHOWN = {"retry_after"}  # members that are headers
RENAMED = {"status": "object_status"}  # the problem's own ``status`` is that of HTTP
log = structlog.get_logger(__name__)


class Unauthenticated(DomainError):
    """No token, or one that is not valid (any more)."""

    code = "UNAUTHENTICATED"
    status = 401
    title = "A valid access token is needed"


class Forbidden(DomainError):
    """The caller's role does not allow it."""

    code = "FORBIDDEN"
    status = 403
    title = "Your role does not allow this"


class RouteUnknown(DomainError):
    """There is no such address."""

    code = "ROUTE_NOT_FOUND"
    status = 404
    title = "There is no such address"


class MethodNotAllowed(DomainError):
    """The address does not take this method; ``Allow`` says which it takes."""

    code = "METHOD_NOT_ALLOWED"
    status = 405
    title = "This address does not take this method"


class MediaTypeUnsupported(DomainError):
    """The body is not application/json."""

    code = "UNSUPPORTED_MEDIA_TYPE"
    status = 415
    title = "The body must be application/json"


class RequestRefused(DomainError):
    """The request is not one this server answers."""

    code = "BAD_REQUEST"
    title = "The request is not valid"


class ServerError(DomainError):
    """Something went wrong on our side; it is logged under the request id."""

    code = "SERVER_ERROR"
    status = 500
    title = "Something went wrong on our side"


# What Django REST framework refuses, in our words.
FRAMEWORK: tuple[tuple[type[Exception], type[DomainError]], ...] = (
    (exceptions.NotAuthenticated, Unauthenticated),
    (exceptions.AuthenticationFailed, Unauthenticated),
    (exceptions.PermissionDenied, Forbidden),
    (exceptions.MethodNotAllowed, MethodNotAllowed),
    (exceptions.UnsupportedMediaType, MediaTypeUnsupported),
    (exceptions.NotFound, RouteUnknown),
    (Http404, RouteUnknown),
    (exceptions.ParseError, RequestRefused),
)


def problem(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """Answer an exception of a view; ``None`` leaves a bug to the server's error handler."""
    refusal = refusal_of(error)
    if refusal is None:
        return None
    return problem_response(refusal, context["request"])


def refusal_of(error: Exception) -> DomainError | None:
    """Give the refusal that an exception stands for."""
    if isinstance(error, DomainError):
        return error
    if isinstance(error, exceptions.ValidationError):
        return ValidationFailed(errors=list(_places(error.detail, "")))
    if isinstance(error, OperationalError | InterfaceError) or _timed_out(error):
        log.warning("database_unavailable", kind=type(error).__name__)
        return Unavailable(retry_after=1)
    for theirs, ours in FRAMEWORK:
        if isinstance(error, theirs):
            return ours()
    return RequestRefused() if isinstance(error, APIException) else None


def _timed_out(error: Exception) -> bool:
    """Say whether the server ended a transaction that took too long; the driver names it a bug."""
    return getattr(error.__cause__, "sqlstate", None) in TIMED_OUT


def problem_response(refusal: DomainError, request: HttpRequest) -> HttpResponse:
    """Write a refusal with its headers."""
    response = HttpResponse(
        problem_text(refusal, request), status=refusal.status, content_type=CONTENT_TYPE
    )
    if refusal.status == Unauthenticated.status:
        response["WWW-Authenticate"] = 'Bearer realm="CoinHub"'
    if "retry_after" in refusal.members:
        response["Retry-After"] = str(refusal.members["retry_after"])
    return response


def problem_text(refusal: DomainError, request: HttpRequest) -> str:
    """Write the body of a refusal."""
    members = {
        RENAMED.get(name, name): value
        for name, value in refusal.members.items()
        if name not in NOT_SHOWN
    }
    return write(
        {
            "type": f"{CATALOGUE}#{refusal.code}",
            "title": refusal.title,
            "status": refusal.status,
            "detail": refusal.detail,
            "instance": request.path,
            "code": refusal.code,
            "request_id": request_id_of(request),
            **members,
        }
    )


def _places(detail: Any, pointer: str) -> Iterator[dict[str, str]]:
    """List the places of a validation error as JSON pointers."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            place = pointer if name == "non_field_errors" else f"{pointer}/{_escape(str(name))}"
            yield from _places(inner, place)
    elif isinstance(detail, list):
        for position, inner in enumerate(detail):
            is_place = not isinstance(inner, ErrorDetail)
            yield from _places(inner, f"{pointer}/{position}" if is_place else pointer)
    else:
        code = str(getattr(detail, "code", None) or "invalid").upper()
        yield {"pointer": pointer, "code": code, "detail": str(detail)}


def _escape(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
