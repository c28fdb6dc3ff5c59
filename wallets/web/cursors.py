"""Where a list goes on: opaque in the address, bound to reader and list, not to be made up."""

from collections.abc import Mapping
from urllib.parse import urlencode

from django.core import signing
from django.http import HttpRequest

from coinhub.core.errors import ValidationFailed

PARAMETER = "before"


def read(request: HttpRequest, name: str) -> int | None:
    """Read the place a list goes on from; without one it starts with the newest.

    Raises: ValidationFailed for one that was changed, or made for another list or reader.
    """
    text = request.GET.get(PARAMETER)
    if text is None:
        return None
    try:
        return int(signing.loads(text, salt=_salt(request, name)))
    except signing.BadSignature:
        raise ValidationFailed("There is no such place in this list.") from None


def link(
    request: HttpRequest,
    here: str,
    name: str,
    place: int | None,
    wanted: Mapping[str, str] | None = None,
) -> str | None:
    """Make the address of the next page, of the same part of the list; ``None`` without one."""
    if place is None:
        return None
    signed = signing.dumps(place, salt=_salt(request, name))
    return f"{here}?{urlencode({**(wanted or {}), PARAMETER: signed})}"


def _salt(request: HttpRequest, name: str) -> str:
    return f"coinhub.pages:{name}:{request.user.pk}"
