"""GET auth/confirmations, POST auth/confirmations/{id}: what waits for the second factor."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from coinhub.api.auth import PERSON
from coinhub.api.input import Input, TextField
from coinhub.api.schema import refusals
from coinhub.api.views import View
from coinhub.core.requests import actor_of
from coinhub.users.models import Confirmation
from coinhub.users.selectors.confirmations import list_open
from coinhub.users.services import confirmations

LONGEST_CODE = 40


class CodeInput(Input):
    """A one-time code or a recovery code."""

    code = TextField(max_length=LONGEST_CODE)


class ConfirmationShape(serializers.Serializer):
    """What is to be confirmed, in the words that count, and until when it is good."""

    id = serializers.UUIDField()
    command = serializers.CharField()
    facts = serializers.DictField(child=serializers.CharField())
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    confirmed_at = serializers.DateTimeField(allow_null=True)


class ConfirmationListShape(serializers.Serializer):
    """The open ones, newest first; there are never more than one page."""

    results = ConfirmationShape(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)


class ConfirmationList(View):
    """GET auth/confirmations: what waits for the caller's second factor."""

    scope = PERSON

    @extend_schema(
        operation_id="confirmations",
        responses={200: ConfirmationListShape, **refusals(400, 401, 403, 429, 503)},
    )
    def get(self, request: Request) -> Response:
        """List it."""
        rows = [shape(row) for row in list_open(self.person)]
        return Response({"results": rows, "next": None, "previous": None})


class ConfirmationDetail(View):
    """POST auth/confirmations/{challenge_id}: confirm one operation with a code."""

    scope = PERSON
    rate = "login"

    @extend_schema(
        operation_id="confirm",
        request=CodeInput,
        responses={
            200: ConfirmationShape,
            **refusals(400, 401, 403, 409, 413, 415, 429, 503),
        },
    )
    def post(self, request: Request, challenge_id: UUID) -> Response:
        """Confirm it."""
        given = confirmations.confirm(
            user=self.person,
            challenge_id=challenge_id,
            code=self.read(request, CodeInput)["code"],
            actor=actor_of(request),
        )
        return Response(shape(given))


def shape(row: Confirmation) -> dict[str, Any]:
    """Show a confirmation."""
    return {
        "id": row.pk,
        "command": row.command,
        "facts": row.facts,
        "created_at": row.created_at,
        "expires_at": row.expires_at,
        "confirmed_at": row.confirmed_at,
    }
