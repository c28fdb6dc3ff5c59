"""POST transactions/{id}/refund: give back what one was paid."""

from functools import partial
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from coinhub.api.input import Input, MoneyField, at_its_place
from coinhub.api.schema import KEY_PARAMETER, REPLAY_PARAMETER, refusals
from coinhub.core.actor import Actor
from wallets.api.documents import TransactionShape
from wallets.api.money import mandate_of
from wallets.api.transfers import Paid
from wallets.api.trials import DryRunQuery, TrialShape
from wallets.ledger.request import Booked, MoneyRequest
from wallets.services import refunds, trials
from wallets.services.mandates import Mandate
from wallets.services.trials import Trial


class RefundInput(Input):
    """How much, in the currency of the payment; all that is left of it when nothing is said."""

    amount = MoneyField(required=False)


class Refund(Paid):
    """POST transactions/{id}/refund: by whoever was paid by a transfer."""

    scope = "transfer"
    query: ClassVar[type[Input] | None] = DryRunQuery

    @extend_schema(
        operation_id="transaction_refund",
        request=RefundInput,
        parameters=[DryRunQuery, KEY_PARAMETER, REPLAY_PARAMETER],
        responses={
            200: TrialShape,
            201: TransactionShape,
            **refusals(400, 401, 403, 409, 413, 415, 422, 429, 503),
        },
    )
    def post(self, request: Request, transaction_id: UUID) -> HttpResponse:
        """Give it back, or try it out."""
        return self.move(
            request,
            RefundInput,
            partial(_refund, mandate_of(request), transaction_id),
            partial(_try_out, transaction_id, self.person.pk),
        )


def _refund(
    mandate: Mandate,
    transaction_id: UUID,
    wanted: dict[str, Any],
    actor: Actor,
    request: MoneyRequest,
) -> Booked:
    with at_its_place():
        return refunds.refund(
            owner_id=request.caller,
            transaction_id=transaction_id,
            amount=wanted.get("amount"),
            actor=actor,
            request=request,
            mandate=mandate,
        )


def _try_out(
    transaction_id: UUID, customer_id: UUID, wanted: dict[str, Any], _actor: Actor
) -> Trial:
    with at_its_place():
        wish = refunds.prepare(
            owner_id=customer_id, transaction_id=transaction_id, amount=wanted.get("amount")
        )
    return trials.try_out(wish.command)
