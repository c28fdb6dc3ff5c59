"""The caller's key of a request: its form, and the fingerprint of what was sent with it."""

import hashlib
import re
from typing import Any

from django.http import HttpRequest, HttpResponse

from coinhub.api.errors import CONTENT_TYPE
from coinhub.api.json import canonical
from coinhub.core.errors import DomainError

HEADER = "Idempotency-Key"
REPLAY_HEADER = "X-Idempotent-Replay"
_FORM = re.compile(r"[\x21-\x7e]{16,64}\Z", re.ASCII)
_BARE = re.compile(r"[^,]+\Z")  # two headers arrive joined by a comma
_QUOTED = re.compile(r'"([^"\\]*)"\Z')
_VERSION = re.compile(r"^/api/(?:v1/)?")


class KeyRequired(DomainError):
    """A request that moves money names itself by a key."""

    code = "IDEMPOTENCY_KEY_REQUIRED"
    title = "The header Idempotency-Key is missing"


class KeyInvalid(DomainError):
    """The key is not 16 to 64 visible ASCII characters."""

    code = "INVALID_IDEMPOTENCY_KEY"
    title = "A key is 16 to 64 visible ASCII characters"


def key_of(request: HttpRequest) -> str:
    """Read the key; bare or quoted it is the same key. A bare one has no comma.

    Raises: KeyRequired, KeyInvalid.
    """
    given = request.headers.get(HEADER, "").strip()
    if not given:
        raise KeyRequired
    quoted = _QUOTED.match(given)
    key = quoted.group(1) if quoted else given
    if not _FORM.match(key) or not (quoted or _BARE.match(key)):
        raise KeyInvalid
    return key


def fingerprint(request: HttpRequest, body: dict[str, Any]) -> bytes:
    """Give the hash of what was sent: method, route without its version, query, body."""
    route = _VERSION.sub("/api/", request.path)
    sent = f"{request.method} {route}?{request.META.get('QUERY_STRING', '')}\n".encode()
    return hashlib.sha256(sent + canonical(body)).digest()


def answer_response(status: int, body: str, *, replayed: bool, location: str) -> HttpResponse:
    """Give the very text that was kept, marked where it is a repeat."""
    content_type = "application/json" if status < 400 else CONTENT_TYPE  # noqa: PLR2004
    response = HttpResponse(body, status=status, content_type=content_type)
    if location:
        response["Location"] = location
    if replayed:
        response[REPLAY_HEADER] = "true"
    return response
