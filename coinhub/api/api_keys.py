"""GET, POST api-keys; DELETE api-keys/{id}: the keys of the caller's programs."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from coinhub.api.auth import PERSON
from coinhub.api.input import Input, MoneyField, TextField, WholeField, amount_refused
from coinhub.api.schema import refusals
from coinhub.api.step_up import CONFIRMATION_PARAMETER, confirmation_of
from coinhub.api.views import View
from coinhub.core.errors import AmountInvalid
from coinhub.core.money import Money
from coinhub.core.requests import actor_of
from coinhub.users.models import ApiKey
from coinhub.users.selectors.api_keys import list_keys
from coinhub.users.services import api_keys, key_pauses
from coinhub.users.services.api_keys import CENTS, Wish


class ApiKeyInput(Input):
    """What the key may do, from where, how long, and how much it may move in a day."""

    label = TextField(max_length=api_keys.LONGEST_LABEL)  # type: ignore[assignment]  # a member
    scopes = serializers.ListField(
        child=serializers.ChoiceField(ApiKey.Scope.choices),
        min_length=1,
        max_length=len(ApiKey.Scope.choices),
        default=[ApiKey.Scope.READ.value],
    )
    networks = serializers.ListField(
        child=TextField(max_length=43), max_length=api_keys.MOST_NETWORKS, default=[]
    )
    days = WholeField(min_value=1, max_value=api_keys.MOST_DAYS, required=False)
    spend_cap_usd = MoneyField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Read the cap as dollars and cents.

        Raises: ValidationError.
        """
        cap: Decimal | None = None
        if "spend_cap_usd" in attrs:
            try:
                cap = Money.parse(attrs["spend_cap_usd"], "USD", CENTS).amount
            except AmountInvalid as refusal:
                problem = {"spend_cap_usd": amount_refused(refusal).detail}
                raise serializers.ValidationError(problem) from None
        wish = Wish(
            label=attrs["label"],
            scopes=list(attrs["scopes"]),
            networks=list(attrs["networks"]),
            days=attrs.get("days"),
            spend_cap_usd=cap,
        )
        return {"wish": wish}


class ApiKeyShape(serializers.Serializer):
    """A key as its owner sees it; ``hint`` is how its text begins."""

    id = serializers.UUIDField()
    label = serializers.CharField()  # type: ignore[assignment]  # a member, not the option
    hint = serializers.CharField()
    scopes = serializers.ListField(child=serializers.ChoiceField(ApiKey.Scope.choices))
    networks = serializers.ListField(child=serializers.CharField())
    spend_cap_usd = MoneyField(allow_null=True)
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    last_used_at = serializers.DateTimeField(allow_null=True)
    suspended_at = serializers.DateTimeField(allow_null=True)


class NewApiKeyShape(ApiKeyShape):
    """A new key with its text, which is shown this once."""

    key = serializers.CharField()


class ApiKeyListShape(serializers.Serializer):
    """The keys that are not revoked, newest first; there are never more than one page."""

    results = ApiKeyShape(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)


class ApiKeyList(View):
    """GET, POST api-keys: the caller's keys; make one."""

    scope = PERSON

    @extend_schema(
        operation_id="api_keys",
        summary="The caller's API keys",
        responses={200: ApiKeyListShape, **refusals(400, 401, 403, 429, 503)},
    )
    def get(self, request: Request) -> Response:
        """List them."""
        rows = [shape(row) for row in list_keys(self.person)]
        return Response({"results": rows, "next": None, "previous": None})

    @extend_schema(
        operation_id="make_api_key",
        summary="Make an API key",
        request=ApiKeyInput,
        parameters=[CONFIRMATION_PARAMETER],
        responses={
            201: NewApiKeyShape,
            **refusals(400, 401, 403, 409, 413, 415, 429, 503),
        },
    )
    def post(self, request: Request) -> Response:
        """Make one; a key that may move money needs a confirmation."""
        row, text = api_keys.create(
            user=self.person,
            wish=self.read(request, ApiKeyInput)["wish"],
            confirmation_id=confirmation_of(request),
            actor=actor_of(request),
        )
        return Response({**shape(row), "key": text}, status=201)


class ApiKeyDetail(View):
    """DELETE api-keys/{key_id}: end a key at once."""

    scope = PERSON

    @extend_schema(
        operation_id="revoke_api_key",
        responses={204: None, **refusals(400, 401, 403, 429, 503)},
    )
    def delete(self, request: Request, key_id: UUID) -> Response:
        """End it; ending it again changes nothing."""
        api_keys.revoke(user=self.person, public_id=key_id, actor=actor_of(request))
        return Response(status=204)


class ApiKeyResume(View):
    """POST api-keys/{key_id}/resume: let a suspended key go on."""

    scope = PERSON

    @extend_schema(
        operation_id="resume_api_key",
        summary="Let a suspended API key go on",
        request=None,
        parameters=[CONFIRMATION_PARAMETER],
        responses={200: ApiKeyShape, **refusals(400, 401, 403, 404, 409, 429, 503)},
    )
    def post(self, request: Request, key_id: UUID) -> Response:
        """Let it go on, with a confirmation of exactly this key."""
        row = key_pauses.resume(
            user=self.person,
            public_id=key_id,
            confirmation_id=confirmation_of(request),
            actor=actor_of(request),
        )
        return Response(shape(row))


def shape(row: ApiKey) -> dict[str, Any]:
    """Show a key."""
    cap = row.spend_cap_usd
    return {
        "id": row.public_id,
        "label": row.label,
        "hint": row.hint,
        "scopes": row.scopes,
        "networks": row.networks,
        "spend_cap_usd": None if cap is None else f"{cap:.{CENTS}f}",
        "created_at": row.created_at,
        "expires_at": row.expires_at,
        "last_used_at": row.last_used_at,
        "suspended_at": row.suspended_at,
    }
