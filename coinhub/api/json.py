"""JSON as the API speaks it: strict on the way in, exact on the way out."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import IO, Any, NoReturn
from uuid import UUID

from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer

from coinhub.core.errors import DomainError

MOST_BYTES = 64 * 1024
MOST_NESTING = 32
MOST_DIGITS = 40
_STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_SURROGATE_OR_NUL = re.compile("[\x00\ud800-\udfff]")


class PayloadTooLarge(DomainError):
    """The body has more than 64 KiB."""

    code = "PAYLOAD_TOO_LARGE"
    status = 413
    title = "The body is too large"


class MalformedJson(DomainError):
    """The body is no JSON object as this API reads it."""

    code = "MALFORMED_JSON"
    title = "The body is not a valid JSON object"


class StrictJSONParser(BaseParser):
    """Reads one JSON object and guesses nothing: no duplicate members, fractions or odd text."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Read the body.

        Raises: PayloadTooLarge, MalformedJson.
        """
        body = stream.read(MOST_BYTES + 1)
        if len(body) > MOST_BYTES:
            raise PayloadTooLarge(f"a body has at most {MOST_BYTES} bytes")
        return read_object(body)


def read_object(body: bytes) -> dict[str, Any]:
    """Read a JSON object.

    Raises: MalformedJson.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise MalformedJson("the body is not UTF-8") from None
    if text.count("[") + text.count("{") > MOST_NESTING:
        _require_shallow(text)
    try:
        value = json.loads(
            text,
            object_pairs_hook=_members_once,
            parse_float=_refuse_number,
            parse_constant=_refuse_number,
            parse_int=_short_int,
        )
    except ValueError:
        raise MalformedJson("the body is not JSON") from None
    if not isinstance(value, dict):
        raise MalformedJson("the body is not a JSON object")
    if "\\u" in text:  # only an escape can bring in what UTF-8 does not have
        _require_text(value)
    return value


def canonical(value: dict[str, Any]) -> bytes:
    """Write an object so that order of members and white space make no difference."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def _members_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise MalformedJson("a member occurs twice in one object")
    return members


def _refuse_number(text: str) -> NoReturn:
    raise MalformedJson("numbers are whole; amounts are strings")


def _short_int(text: str) -> int:
    if len(text) > MOST_DIGITS:
        raise MalformedJson(f"a number has at most {MOST_DIGITS} digits")
    return int(text)


def _require_shallow(text: str) -> None:
    depth = 0
    for sign in _STRINGS.sub("", text):
        depth += (sign in "[{") - (sign in "]}")
        if depth > MOST_NESTING:
            raise MalformedJson(f"the body is nested more than {MOST_NESTING} deep")


def _require_text(value: Any) -> None:
    """Refuse halves of characters and NUL, wherever they stand."""
    if isinstance(value, str) and _SURROGATE_OR_NUL.search(value):
        raise MalformedJson("a string holds half a character or NUL")
    if isinstance(value, list):
        for item in value:
            _require_text(item)
    if isinstance(value, dict):
        for name, item in value.items():
            _require_text(name)
            _require_text(item)


class MoneyJSONRenderer(BaseRenderer):
    """Writes JSON without a binary number: amounts are strings, times are UTC."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """Write the body."""
        return b"" if data is None else write(data).encode()


def write(value: Any) -> str:
    """Write a value as JSON text.

    Raises: TypeError for a float: nothing in an answer may pass through one.
    """
    return json.dumps(plain(value), ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def plain(value: Any) -> Any:
    """Turn a value into what JSON has."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, dict):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"an answer holds no {type(value).__name__}")


def instant(moment: datetime) -> str:
    """Write a moment in UTC with microseconds and ``Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
