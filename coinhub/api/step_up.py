"""The second factor of one exact operation, as the API asks for it and is told of it."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from drf_spectacular.utils import OpenApiParameter, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from coinhub.core.errors import ValidationFailed
from coinhub.core.ids import as_uuid

HEADER = "X-Confirmation"
CONFIRMATION_PARAMETER = OpenApiParameter(
    HEADER,
    {"type": "string", "format": "uuid"},
    OpenApiParameter.HEADER,
    description="The `challenge_id` of a refusal `STEP_UP_REQUIRED` of exactly this request, once "
    "it is confirmed with `POST auth/confirmations/{challenge_id}`. Good for five minutes and for "
    "one operation.",
)


@extend_schema_field(
    {
        "type": "object",
        "description": "What the browser gives for `passkey`, as JSON (base64url).",
        "properties": {
            "rawId": {"type": "string"},
            "response": {
                "type": "object",
                "properties": {
                    "clientDataJSON": {"type": "string"},
                    "authenticatorData": {"type": "string"},
                    "signature": {"type": "string"},
                },
                "required": ["clientDataJSON", "authenticatorData", "signature"],
            },
        },
        "required": ["rawId", "response"],
    }
)
class CredentialField(serializers.Field):
    """A JSON object; whether it is right is judged with the passkey."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Take an object and nothing else.

        Raises: ValidationError.
        """
        if not isinstance(data, dict):
            raise serializers.ValidationError("this is an object", code="NOT_AN_OBJECT")
        return data


def confirmation_of(request: Request | HttpRequest) -> UUID | None:
    """Give the confirmation that a request names.

    Raises: ValidationFailed for one that is no id.
    """
    given = request.headers.get(HEADER)
    if given is None:
        return None
    found = as_uuid(given.strip())
    if found is None:
        place = {"pointer": f"/{HEADER}", "code": "INVALID", "detail": "this is no id"}
        raise ValidationFailed(errors=[place])
    return found
