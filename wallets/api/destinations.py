"""GET, POST destinations; GET, DELETE destinations/{id}: the address book."""

from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from coinhub.api import pagination
from coinhub.api.input import Input, TextField, read_query
from coinhub.api.pagination import PageQuery
from coinhub.api.schema import refusals
from coinhub.api.step_up import CONFIRMATION_PARAMETER, confirmation_of
from coinhub.api.views import View
from coinhub.core.requests import actor_of
from wallets.api import documents, shapes
from wallets.policies import addresses
from wallets.selectors import currencies, destinations
from wallets.services import destinations as address_book
from wallets.services.destinations import Place


class TruthField(serializers.BooleanField):
    """``true`` or ``false``; numbers and words are neither."""

    def to_internal_value(self, data: Any) -> bool:
        """Read it.

        Raises: ValidationError.
        """
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return bool(data)


class DestinationInput(Input):
    """A place for one currency: an ``address`` with its ``network``, or an ``iban``."""

    label = TextField(max_length=60)  # type: ignore[assignment]  # a JSON member
    currency = TextField(max_length=12)
    network = TextField(max_length=20, required=False)
    address = TextField(max_length=100, required=False)
    iban = TextField(max_length=100, required=False)
    is_own = TruthField(default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Find out over which network; one need not be named where there is only one.

        Raises: ValidationError.
        """
        if ("address" in attrs) == ("iban" in attrs):
            raise _wrong("address", "REQUIRED", "either an address or an IBAN")
        if not attrs["label"].strip():
            raise _wrong("label", "BLANK", "this may not be blank")
        try:
            networks = addresses.networks_of(currencies.get_currency(attrs["currency"]))
        except currencies.CurrencyUnknown as refusal:
            raise _wrong("currency", refusal.code, refusal.detail) from None
        network = addresses.IBAN if "iban" in attrs else attrs.get("network")
        if network != attrs.get("network", network):
            raise _wrong("network", "INVALID_CHOICE", "an IBAN is of no other network")
        if network is None and len(networks) != 1:
            raise _wrong("network", "REQUIRED", f"one of {', '.join(networks) or 'none'}")
        return {**attrs, "place": _place(attrs, network or networks[0])}


class DestinationList(View):
    """GET, POST destinations: the caller's address book, newest first; add to it."""

    scope = "withdraw"
    query: ClassVar[type[Input] | None] = PageQuery

    @extend_schema(
        operation_id="destinations",
        parameters=[PageQuery],
        responses={200: documents.DestinationList, **refusals(400, 401, 403, 503)},
    )
    def get(self, request: Request) -> Response:
        """List them; there are at most a hundred, so the place in the list is the cursor."""
        rows = list(destinations.list_destinations(self.person.pk)[: address_book.MOST])
        return Response(
            pagination.page_of(request, self.wanted, [shapes.destination(row) for row in rows])
        )

    @extend_schema(
        operation_id="add_destination",
        request=DestinationInput,
        parameters=[CONFIRMATION_PARAMETER],
        responses={
            200: documents.DestinationShape,
            201: documents.DestinationShape,
            **refusals(400, 401, 403, 409, 413, 415, 503),
        },
    )
    def post(self, request: Request) -> Response:
        """Add one; a repeat gives the entry that is there."""
        read_query(request.GET, None)  # those of the list are of no use here
        added = address_book.add(
            customer=self.person,
            wanted=self.read(request, DestinationInput)["place"],
            confirmation_id=confirmation_of(request),
            actor=actor_of(request),
        )
        shown = shapes.destination(added.destination)
        return Response(
            shown,
            status=201 if added.is_new else 200,
            headers={"Location": f"{shapes.DESTINATIONS}{shown['id']}"},
        )


class DestinationDetail(View):
    """GET, DELETE destinations/{id}: one entry of the address book; remove it."""

    scope = "withdraw"

    @extend_schema(
        operation_id="destination",
        responses={200: documents.DestinationShape, **refusals(400, 401, 403, 404, 503)},
    )
    def get(self, request: Request, destination_id: UUID) -> Response:
        """Show it; one that was removed is 404."""
        found = destinations.get_destination(self.person.pk, destination_id)
        return Response(shapes.destination(found))

    @extend_schema(
        operation_id="remove_destination",
        responses={204: None, **refusals(400, 401, 403, 404, 503)},
    )
    def delete(self, request: Request, destination_id: UUID) -> Response:
        """Remove it; withdrawals that are under way to it go on."""
        address_book.remove(customer=self.person, public_id=destination_id, actor=actor_of(request))
        return Response(status=204)


def _place(attrs: dict[str, Any], network: str) -> Place:
    return Place(
        label=attrs["label"],
        currency=attrs["currency"],
        network=network,
        address=attrs.get("iban") or attrs.get("address") or "",
        is_own=attrs["is_own"],
    )


def _wrong(member: str, code: str, detail: str) -> serializers.ValidationError:
    return serializers.ValidationError({member: serializers.ErrorDetail(detail, code)})
