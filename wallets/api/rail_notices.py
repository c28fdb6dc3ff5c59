"""POST rails/{rail}/notices: what a rail tells us."""

from typing import ClassVar

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from coinhub.api.auth import OPEN
from coinhub.api.input import Input, MoneyField, TextField, WholeField
from coinhub.api.json import MOST_BYTES, PayloadTooLarge
from coinhub.api.schema import refusals
from coinhub.api.views import View
from coinhub.core.actor import Actor
from coinhub.core.requests import address_of, request_id_of
from wallets.rails.base import Finality, Standing
from wallets.services import notices


def _header(name: str, what: str) -> OpenApiParameter:
    return OpenApiParameter(name, str, OpenApiParameter.HEADER, required=True, description=what)


class NoticeInput(Input):
    """A notice: members that are none are refused before it is looked at who sent it."""

    type = TextField(max_length=10)
    external_ref = TextField(required=False)
    account = TextField(required=False)
    amount = MoneyField(required=False)
    currency = TextField(required=False)
    finality = serializers.ChoiceField([word.value for word in Finality], required=False)
    confirmations = WholeField(min_value=0, required=False)
    reference = TextField(required=False)
    standing = serializers.ChoiceField([word.value for word in Standing], required=False)
    cost = TextField(required=False)
    returned = TextField(required=False)
    reason = TextField(required=False)
    done = serializers.BooleanField(required=False)


class RailNotices(View):
    """POST rails/{rail}/notices: take a notice that a rail has signed.

    Nobody signs in here: the signature over the raw bytes says who it is.
    """

    scope = OPEN
    authentication_classes: ClassVar[list[type]] = []  # type: ignore[misc]
    permission_classes: ClassVar[list[type]] = []  # type: ignore[misc]

    @extend_schema(
        operation_id="rail_notice",
        auth=[],
        request=NoticeInput,
        parameters=[
            _header("webhook-id", "the rail's id of the notice"),
            _header("webhook-timestamp", "seconds since 1970; five minutes off at most"),
            _header("webhook-signature", "`v1,` and HMAC-SHA256 over id, time and the raw body"),
        ],
        responses={204: None, **refusals(400, 401, 403, 409, 413, 415, 503)},
    )
    def post(self, request: Request, rail: str) -> Response:
        """Take it; the same notice again changes nothing."""
        actor = Actor("rail", request_id=request_id_of(request), address=address_of(request))
        # The body as it was sent: the signature is over its bytes, not over what they mean.
        body = raw_body(request._request)
        self.read(request, NoticeInput)
        notices.take(rail_name=rail, body=body, headers=request.headers, actor=actor)
        return Response(status=204)


def raw_body(request: HttpRequest) -> bytes:
    """Give the bytes of a body that is not too large; they can be read again afterwards.

    Raises: PayloadTooLarge.
    """
    try:
        body: bytes = request.body
    except RequestDataTooBig:
        raise PayloadTooLarge(f"a body has at most {MOST_BYTES} bytes") from None
    return body
