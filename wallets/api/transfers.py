"""POST transfer."""

from functools import partial
from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from coinhub.api.input import TextField
from coinhub.api.schema import KEY_PARAMETER, REPLAY_PARAMETER, refusals
from coinhub.api.step_up import CONFIRMATION_PARAMETER
from coinhub.core.actor import Actor
from coinhub.core.money import CONTEXT
from wallets.api import shapes
from wallets.api.documents import TransactionShape
from wallets.api.money import MoneyInput, MoneyView, mandate_of
from wallets.ledger.request import TIME_OF_BOOKING, Booked, MoneyRequest
from wallets.models import BalanceType, Posting, Transaction
from wallets.services import transfers
from wallets.services.mandates import Mandate


class TransferInput(MoneyInput):
    """Who gets how much; ``to`` is an e-mail or a wallet id."""

    to = TextField(max_length=254)
    note = TextField(max_length=140, allow_blank=True, default="")


class Transfer(MoneyView):
    """POST transfer: pay another customer."""

    scope = "transfer"

    @extend_schema(
        operation_id="transfer",
        request=TransferInput,
        parameters=[KEY_PARAMETER, CONFIRMATION_PARAMETER, REPLAY_PARAMETER],
        responses={
            201: TransactionShape,
            **refusals(400, 401, 403, 409, 413, 415, 422, 429, 503),
        },
    )
    def post(self, request: Request) -> HttpResponse:
        """Pay."""
        mandate = mandate_of(request)
        return self.move(request, TransferInput, partial(_transfer, mandate))

    def shape(self, txn: Transaction) -> dict[str, Any]:
        """Show the transfer to its payer."""
        payer = txn.payer_wallet
        total = CONTEXT.add(txn.amount, txn.fee)
        taken = Posting(
            wallet=payer, balance_type=BalanceType.AVAILABLE, amount=total.copy_negate()
        )
        journal = shapes.journal(txn.type, [taken], payer.decimals)
        return shapes.transaction(txn, payer.owner_id, [journal], created_at=TIME_OF_BOOKING)


def _transfer(
    mandate: Mandate, wanted: dict[str, Any], actor: Actor, request: MoneyRequest
) -> Booked:
    return transfers.pay(
        owner_id=request.caller,
        to=wanted["to"],
        amount=wanted["money"],
        note=wanted["note"],
        actor=actor,
        request=request,
        mandate=mandate,
    )
