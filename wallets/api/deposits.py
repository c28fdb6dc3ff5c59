"""POST deposit: money arrives at the sandbox rail."""

from functools import partial
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from coinhub.api.input import Input, TextField
from coinhub.api.schema import KEY_PARAMETER, REPLAY_PARAMETER, refusals
from coinhub.core.actor import Actor
from coinhub.core.money import Money
from wallets.api import shapes
from wallets.api.documents import TransactionShape
from wallets.api.money import MoneyInput, MoneyView
from wallets.api.trials import DryRunQuery, TrialShape
from wallets.ledger.request import TIME_OF_BOOKING, Booked, MoneyRequest
from wallets.models import BalanceType, Posting, Transaction
from wallets.services import receipts, trials
from wallets.services.trials import Trial


class DepositInput(MoneyInput):
    """How much arrives; ``external_ref`` is the rail's name for it, once and for ever."""

    external_ref = TextField(max_length=140)


class Deposit(MoneyView):
    """POST deposit: let money arrive, as the rail's notice would; the route is of the sandbox."""

    scope = "transfer"
    query: ClassVar[type[Input] | None] = DryRunQuery

    @extend_schema(
        operation_id="deposit",
        request=DepositInput,
        parameters=[DryRunQuery, KEY_PARAMETER, REPLAY_PARAMETER],
        responses={
            200: TrialShape,
            201: TransactionShape,
            **refusals(400, 401, 403, 409, 413, 415, 422, 503),
        },
    )
    def post(self, request: Request) -> HttpResponse:
        """Let it arrive."""
        return self.move(request, DepositInput, _deposit, partial(_try_out, self.person.pk))

    def shape(self, txn: Transaction) -> dict[str, Any]:
        """Show the deposit to its customer, now or as it will be."""
        payee = txn.payee_wallet
        if not txn._state.adding:
            return shapes.transaction(txn, payee.owner_id, shapes.journals_of(txn))
        held = txn.status == Transaction.Status.HELD
        arrives = Money(txn.amount, txn.currency_id)
        usable = arrives - Money(txn.fee, txn.currency_id)
        given = Posting(
            wallet=payee,
            balance_type=BalanceType.HELD if held else BalanceType.AVAILABLE,
            amount=(arrives if held else usable).amount,
        )
        journal = shapes.journal(txn.type, [given], payee.decimals)
        return shapes.transaction(txn, payee.owner_id, [journal], created_at=TIME_OF_BOOKING)


def _try_out(customer_id: UUID, wanted: dict[str, Any], _actor: Actor) -> Trial:
    return trials.try_arrival(customer_id=customer_id, amount=wanted["money"])


def _deposit(wanted: dict[str, Any], actor: Actor, request: MoneyRequest) -> Booked:
    return receipts.simulate(
        customer_id=request.caller,
        amount=wanted["money"],
        external_ref=wanted["external_ref"],
        actor=actor,
        request=request,
    )
