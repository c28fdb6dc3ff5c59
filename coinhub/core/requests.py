"""What every request passes: its id, the security headers, what templates know of the site."""

import ipaddress
import re
import secrets
import time
from collections.abc import Callable
from typing import Any

import structlog
from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from coinhub.core.actor import Actor, ActorKind

Handler = Callable[[HttpRequest], HttpResponse]
_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}\Z", re.ASCII)
# Not the cookies: one of them tells a known device from a stranger's at the next sign-in.
LEFT_BEHIND = '"cache", "storage"'
V6_LINE = 64  # one customer's line has so many bits of network, and all addresses below them
PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


class RequestIdMiddleware:
    """Give every request an id, in the logs and in ``X-Request-Id``."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Name the request before anything else sees it."""
        given = request.headers.get("X-Request-Id", "")
        request_id = given if _REQUEST_ID.match(given) else secrets.token_hex(12)
        request.request_id = request_id  # type: ignore[attr-defined]
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
        response["X-Request-Id"] = request_id
        return response


class TimingMiddleware:
    """Say in ``Server-Timing`` how long the answer took here, without what the server queued.

    For the sandbox only: elsewhere nobody outside needs to know it so exactly.
    """

    def __init__(self, get_response: Handler) -> None:
        if not settings.SANDBOX:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Take the time of everything behind this."""
        began = time.perf_counter()
        response = self.get_response(request)
        spent_ms = (time.perf_counter() - began) * 1000
        response["Server-Timing"] = f"app;dur={spent_ms:.1f}"
        return response


class PolicyMiddleware(CSPMiddleware):
    """Write the content security policy of the settings once, not for every answer anew.

    What is no plain answer (a view that adds to the policy, a nonce) django-csp sees to.
    """

    def __init__(self, get_response: Handler) -> None:
        super().__init__(get_response)
        self.policy = build_policy()

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> Any:
        """Add the policy."""
        is_own = any(name.startswith("_csp") for name in vars(response))
        if is_own or hasattr(request, "_csp_nonce") or settings.DEBUG:
            return super().process_response(request, response)
        response.headers.setdefault(HEADER, self.policy)
        return response


class SecurityHeadersMiddleware:
    """Add the headers that Django and django-csp do not: permissions, resource policy, no-store."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add what the response does not say itself."""
        response = self.get_response(request)
        response.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if not request.path.startswith(settings.STATIC_URL):
            response.setdefault("Cache-Control", "no-store")
        if getattr(request, "has_signed_out", False):
            response["Clear-Site-Data"] = LEFT_BEHIND
        return response


def note_sign_out(sender: object, request: HttpRequest | None = None, **_signal: object) -> None:
    """Remember that somebody signed out, for the header of the answer."""
    if request is not None:
        request.has_signed_out = True  # type: ignore[attr-defined]


def request_id_of(request: HttpRequest) -> str:
    """Give the id of a request; empty outside the middleware."""
    return str(getattr(request, "request_id", ""))


def address_of(request: HttpRequest) -> str | None:
    """Give the client's address; a forwarding header counts only where the operator names it.

    What is no address is none: it goes into a column that takes nothing else, with the booking.
    """
    given = request.META.get("REMOTE_ADDR", "")
    if settings.ADDRESS_HEADER:
        given = request.headers.get(settings.ADDRESS_HEADER, "").split(",")[-1].strip()
    try:
        return ipaddress.ip_address(given.partition("%")[0]).compressed
    except ValueError:
        return None


def line_of(address: str) -> str:
    """Give what stands for one customer's line: an address, or the 64 bits of network of IPv6."""
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    if isinstance(found, ipaddress.IPv4Address):
        return found.compressed
    return ipaddress.ip_network((address, V6_LINE), strict=False).compressed


def actor_of(request: HttpRequest) -> Actor:
    """Make the actor of a signed-in request."""
    user: Any = request.user
    kind: ActorKind = "staff" if user.is_staff else "customer"
    return Actor(
        kind=kind,
        user_id=user.pk,
        request_id=request_id_of(request),
        address=address_of(request),
    )


def installation(request: HttpRequest) -> dict[str, Any]:
    """Tell templates about this installation."""
    return {"sandbox": settings.SANDBOX}


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Show that a form came from elsewhere or was open too long."""
    return render(request, "403_csrf.html", status=403)
