"""Lists in pages: cursors that are opaque, signed, and good for one reader's one list only."""

import hashlib
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from rest_framework import serializers

from coinhub.api.input import Input, TextField
from coinhub.core.errors import NotYours

MOST_ROWS = 100
USUAL_ROWS = 50
OLDER, NEWER = "o", "n"


class PageQuery(Input):
    """Which page of a list."""

    limit = serializers.IntegerField(min_value=1, max_value=MOST_ROWS, default=USUAL_ROWS)
    cursor = TextField(max_length=300, required=False)


@dataclass(frozen=True, slots=True)
class Position:
    """Where to go on: below ``before`` or above ``after``."""

    before: int | None = None
    after: int | None = None


def position_of(request: HttpRequest, wanted: dict[str, Any]) -> Position:
    """Read the cursor.

    Raises: ValidationError for one that is not from this list and its filters, NotYours for one
        that was given to somebody else.
    """
    text = wanted.get("cursor")
    if text is None:
        return Position()
    try:
        direction, place, reader = _signer(request, wanted).unsign(text).split(".")
        number = int(place)
    except (signing.BadSignature, ValueError):
        raise serializers.ValidationError(
            {"cursor": serializers.ErrorDetail("no cursor of this list", "CURSOR_INVALID")}
        ) from None
    if reader != _reader(request):
        raise NotYours
    return Position(before=number) if direction == OLDER else Position(after=number)


def page(
    request: HttpRequest,
    wanted: dict[str, Any],
    *,
    results: list[Any],
    older: int | None,
    newer: int | None,
) -> dict[str, Any]:
    """Make the answer of a list; ``next`` goes on to older rows, ``previous`` to newer."""
    signer, reader = _signer(request, wanted), _reader(request)
    return {
        "results": results,
        "next": None if older is None else signer.sign(f"{OLDER}.{older}.{reader}"),
        "previous": None if newer is None else signer.sign(f"{NEWER}.{newer}.{reader}"),
    }


def page_of(request: HttpRequest, wanted: dict[str, Any], rows: list[Any]) -> dict[str, Any]:
    """Make the answer of a short list that is all there; the place in it is the cursor."""
    position, limit = position_of(request, wanted), wanted["limit"]
    begin = position.before or 0
    end = begin + limit
    if position.after is not None:
        begin, end = max(0, position.after - limit), position.after
    return page(
        request,
        wanted,
        results=rows[begin:end],
        older=end if end < len(rows) else None,
        newer=begin or None,
    )


def _signer(request: HttpRequest, wanted: dict[str, Any]) -> signing.Signer:
    filters = {name: str(v) for name, v in wanted.items() if name not in ("limit", "cursor")}
    route = request.path.rsplit("/api/", 1)[-1].removeprefix("v1/")
    scope = f"{route} {sorted(filters.items())}"
    digest = hashlib.sha256(scope.encode()).hexdigest()
    return signing.Signer(salt=f"coinhub.api.cursor.{digest}")


def _reader(request: HttpRequest) -> str:
    """Give what stands for the reader in a cursor, which is no secret but tells nobody who."""
    user: Any = request.user
    made = salted_hmac("coinhub.api.cursor.reader", str(user.pk), algorithm="sha256")
    return made.hexdigest()[:16]
