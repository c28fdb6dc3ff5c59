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
from coinhub.api.step_up import CredentialField
from coinhub.api.views import View
from coinhub.core.requests import actor_of
from coinhub.users.models import Confirmation
from coinhub.users.selectors.confirmations import list_open
from coinhub.users.services import confirmations, passkeys
from coinhub.users.services.proofs import Proof
from coinhub.users.web.shown import host_of, place_of

LONGEST_CODE = 40


class ProofInput(Input):
    """A one-time or recovery code, or what a passkey has signed: one of the two."""

    code = TextField(max_length=LONGEST_CODE, required=False)
    credential = CredentialField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Take one proof.

        Raises: ValidationError.
        """
        if len(attrs) != 1:
            problem = {"code": "send either a code or a credential"}
            raise serializers.ValidationError(problem)
        return attrs


class ConfirmationShape(serializers.Serializer):
    """What is to be confirmed, in the words that count, and until when it is good."""

    id = serializers.UUIDField()
    command = serializers.CharField()
    facts = serializers.DictField(child=serializers.CharField())
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    confirmed_at = serializers.DateTimeField(allow_null=True)
    passkey = serializers.DictField(
        allow_null=True,
        help_text="What a browser hands to `navigator.credentials.get` for this and nothing else; "
        "null where there is no passkey or nothing to confirm any more.",
    )


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
        rows = [shape(row, request) for row in list_open(self.person)]
        return Response({"results": rows, "next": None, "previous": None})


class ConfirmationDetail(View):
    """POST auth/confirmations/{challenge_id}: confirm one operation."""

    scope = PERSON
    rate = "login"

    @extend_schema(
        operation_id="confirm",
        request=ProofInput,
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
            proof=self.proof(request),
            actor=actor_of(request),
        )
        return Response(shape(given, request))

    def proof(self, request: Request) -> Proof:
        """Read the code or the credential, and where it comes from."""
        sent = self.read(request, ProofInput)
        return Proof(
            code=sent.get("code", ""),
            credential=sent.get("credential"),
            host=host_of(request._request),
            place=place_of(request, self.person),
        )


def shape(row: Confirmation, request: Request) -> dict[str, Any]:
    """Show a confirmation."""
    challenge = confirmations.passkey_challenge(row)
    is_open = row.confirmed_at is None
    return {
        "id": row.pk,
        "command": row.command,
        "facts": row.facts,
        "created_at": row.created_at,
        "expires_at": row.expires_at,
        "confirmed_at": row.confirmed_at,
        "passkey": passkeys.options_for(row.user, challenge, host_of(request._request))
        if is_open
        else None,
    }
