"""What the OpenAPI document says of every operation alike."""

import inspect
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers

from coinhub.api.errors import CONTENT_TYPE
from coinhub.api.idempotency import HEADER, REPLAY_HEADER
from coinhub.api.input import TEXT_PATTERN, TextField
from coinhub.api.schema_links import add_links

WHAT = {
    400: "The request is not valid, or there is not enough money",
    401: "No valid access token",
    403: "Not yours, not there, or not allowed",
    404: "No such address, or it was yours and you removed it",
    405: "The address does not take this method",
    409: "Another state is needed, or the first request is still running",
    413: "The body is too large",
    415: "The body is not application/json",
    422: "The key was used for another request, or too long ago",
    429: "Too many calls, or wrong codes; Retry-After says how long to wait",
    503: "Not possible at the moment; Retry-After says when to try again",
}


class PlaceShape(serializers.Serializer):
    """One place of a request that is not valid."""

    pointer = serializers.CharField(help_text="JSON pointer into the body, or query parameter")
    code = serializers.CharField()
    detail = serializers.CharField()


class Problem(serializers.Serializer):
    """A refusal (RFC 9457)."""

    type = serializers.CharField(help_text="where the code is explained")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    instance = serializers.CharField()
    code = serializers.CharField(help_text="stable; the texts are not")
    request_id = serializers.CharField()
    errors = PlaceShape(many=True, required=False)  # type: ignore[assignment]  # a JSON member


def refusals(*statuses: int) -> dict[Any, Any]:
    """Give the refusals of an operation for its schema."""
    return {
        (status, CONTENT_TYPE): OpenApiResponse(Problem, description=WHAT[status])
        for status in statuses
    }


KEY_PARAMETER = OpenApiParameter(
    HEADER,
    {"type": "string", "minLength": 16, "maxLength": 66, "pattern": r'^"?[!-~]{16,64}"?$'},
    OpenApiParameter.HEADER,
    required=True,
    description="The caller's name for this request, 16 to 64 visible ASCII characters, bare or "
    "quoted. A repeat with the same key and body gives the first answer again.",
)
REPLAY_PARAMETER = OpenApiParameter(
    REPLAY_HEADER,
    {"type": "string", "enum": ["true"]},
    OpenApiParameter.HEADER,
    response=True,
    description="The answer is a repeat of the first one.",
)


_RATE_HEADERS: dict[str, Any] = {
    "RateLimit-Policy": {
        "description": "The limit that binds first: so many calls (`q`) in so many seconds (`w`).",
        "schema": {"type": "string", "examples": ['"money";q=20;w=60']},
    },
    "RateLimit": {
        "description": "What is left of it (`r`), and how many seconds until there is more (`t`).",
        "schema": {"type": "string", "examples": ['"money";r=19;t=12']},
    },
}
_WAIT_HEADER: dict[str, Any] = {
    "Retry-After": {
        "description": "How many seconds to wait; who waits so long is let through.",
        "schema": {"type": "integer", "minimum": 1},
    },
}
_WAITING = ("429", "503")


class Schema(AutoSchema):
    """Forbids members that are not named, as the API does, and sums up each operation."""

    def get_summary(self) -> str:
        """Take the first line of the view's docstring, without the address in front."""
        line = (inspect.getdoc(self.view) or "").partition("\n")[0]
        text = line.partition(": ")[2] or line
        return text[:1].upper() + text[1:].rstrip(".")

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        """Describe what all have: refusals, headers of the rate limit, links."""
        operation = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        scope_for = getattr(self.view, "scope_for", None)
        if scope_for is not None:
            operation["x-scope"] = scope_for(self.method)
        answers = operation["responses"]
        problem = answers.get("401") or answers["400"]
        always = {400, 429, 503} | ({403} if "401" in answers else set())
        if "{" in self.path:  # what is no id is no address either
            always.add(404)
        for status in sorted(always):
            answers.setdefault(str(status), {**problem, "description": WHAT[status]})
        add_links(operation)
        for status, answer in answers.items():
            waits = _WAIT_HEADER if status in _WAITING else {}
            answer["headers"] = {**answer.get("headers", {}), **_RATE_HEADERS, **waits}
        return operation

    def _map_basic_serializer(self, serializer: Any, direction: str) -> Any:
        mapped = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call]
        if isinstance(mapped, dict) and direction == "request":
            mapped["additionalProperties"] = False
            for name, field in serializer.fields.items():
                _say_of_text(field, mapped["properties"].get(name, {}))
        return mapped


def _say_of_text(field: Any, described: dict[str, Any]) -> None:
    """Say whether a text may be empty, and that it has no control characters."""
    if isinstance(field, serializers.ListField):
        _say_of_text(field.child, described.get("items", {}))
    elif isinstance(field, TextField) and described.get("type") == "string":
        described.setdefault("pattern", TEXT_PATTERN)
        if not field.allow_blank:
            described.setdefault("minLength", 1)


def only_versioned(endpoints: list[Any], **_options: Any) -> list[Any]:
    """Describe each route once, by its versioned address."""
    return [entry for entry in endpoints if entry[0].startswith("/api/v1/")]
