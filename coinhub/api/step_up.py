"""The second factor of one exact operation, as the API asks for it and is told of it."""

from uuid import UUID

from django.http import HttpRequest
from drf_spectacular.utils import OpenApiParameter
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
