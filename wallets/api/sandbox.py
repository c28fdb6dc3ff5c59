"""POST test/credit: money from nowhere, where nothing is real."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request

from coinhub.api.auth import IsOperations
from coinhub.api.input import TextField
from coinhub.api.schema import KEY_PARAMETER, REPLAY_PARAMETER, refusals
from coinhub.core.actor import Actor
from wallets.api import shapes
from wallets.api.documents import TransactionShape
from wallets.api.money import MoneyInput, MoneyView
from wallets.ledger.request import TIME_OF_BOOKING, Booked, MoneyRequest
from wallets.models import BalanceType, Posting, Transaction
from wallets.services import payments


class CreditInput(MoneyInput):
    """Which customer gets how much."""

    user_id = serializers.UUIDField(format="hex_verbose")
    reference = TextField(max_length=140, allow_blank=True, default="")


class TestCredit(MoneyView):
    """POST test/credit: staff credit a customer; the route exists in the sandbox only."""

    scope = "staff"
    permission_classes = [IsAuthenticated, IsOperations]

    @extend_schema(
        operation_id="test_credit",
        request=CreditInput,
        parameters=[KEY_PARAMETER, REPLAY_PARAMETER],
        responses={
            201: TransactionShape,
            **refusals(400, 401, 403, 409, 413, 415, 422, 503),
        },
    )
    def post(self, request: Request) -> HttpResponse:
        """Credit."""
        return self.move(request, CreditInput, _credit)

    def shape(self, txn: Transaction) -> dict[str, Any]:
        """Show the deposit as the customer sees it."""
        payee = txn.payee_wallet
        held = txn.status == Transaction.Status.HELD
        given = Posting(
            wallet=payee,
            balance_type=BalanceType.HELD if held else BalanceType.AVAILABLE,
            amount=txn.amount,
        )
        journal = shapes.journal(txn.type, [given], payee.decimals)
        return shapes.transaction(txn, payee.owner_id, [journal], created_at=TIME_OF_BOOKING)


def _credit(wanted: dict[str, Any], actor: Actor, request: MoneyRequest) -> Booked:
    return payments.credit_customer(
        customer_id=wanted["user_id"],
        amount=wanted["money"],
        reference=wanted["reference"],
        actor=actor,
        request=request,
    )
