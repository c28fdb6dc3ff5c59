"""POST transfer, POST transfer/{id}/recall: pay another customer, take back what waits."""

from functools import partial
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from coinhub.api.input import Input, TextField
from coinhub.api.schema import KEY_PARAMETER, REPLAY_PARAMETER, refusals
from coinhub.api.step_up import CONFIRMATION_PARAMETER
from coinhub.core.actor import Actor
from coinhub.core.money import CONTEXT
from wallets.api import shapes
from wallets.api.documents import TransactionShape
from wallets.api.money import MoneyInput, MoneyView, mandate_of
from wallets.api.trials import DryRunQuery, TrialShape
from wallets.ledger.request import TIME_OF_BOOKING, Booked, MoneyRequest
from wallets.models import BalanceType, Posting, Transaction
from wallets.selectors import corrections
from wallets.services import recalls, transfer_plans, transfers, trials
from wallets.services.mandates import Mandate
from wallets.services.transfer_plans import Wish
from wallets.services.trials import Trial

OK = 200


class TransferInput(MoneyInput):
    """Who gets how much; ``to`` is an e-mail or a wallet id."""

    to = TextField(max_length=254)
    note = TextField(max_length=140, allow_blank=True, default="")


class Paid(MoneyView):
    """A POST by which a customer pays another; the payer is shown what it took."""

    def shape(self, txn: Transaction) -> dict[str, Any]:
        """Show the payment to its payer."""
        payer = txn.payer_wallet
        taken = Posting(
            wallet=payer,
            balance_type=BalanceType.AVAILABLE,
            amount=CONTEXT.add(txn.amount, txn.fee).copy_negate(),
        )
        journal = shapes.journal(txn.type, [taken], payer.decimals)
        return shapes.transaction(txn, payer.owner_id, [journal], created_at=TIME_OF_BOOKING)


class Transfer(Paid):
    """POST transfer: pay another customer."""

    scope = "transfer"
    query: ClassVar[type[Input] | None] = DryRunQuery

    @extend_schema(
        operation_id="transfer",
        request=TransferInput,
        parameters=[DryRunQuery, KEY_PARAMETER, CONFIRMATION_PARAMETER, REPLAY_PARAMETER],
        responses={
            200: TrialShape,
            201: TransactionShape,
            **refusals(400, 401, 403, 409, 413, 415, 422, 429, 503),
        },
    )
    def post(self, request: Request) -> HttpResponse:
        """Pay, or try it out."""
        mandate = mandate_of(request)
        return self.move(
            request,
            TransferInput,
            partial(_transfer, mandate),
            partial(_try_out, mandate, self.person.pk),
        )


class Recall(MoneyView):
    """POST transfer/{id}/recall: take back what its recipient cannot use yet."""

    scope = "transfer"
    success = OK

    @extend_schema(
        operation_id="transfer_recall",
        request=Input,
        parameters=[KEY_PARAMETER, REPLAY_PARAMETER],
        responses={
            200: TransactionShape,
            **refusals(400, 401, 403, 409, 413, 415, 422, 429, 503),
        },
    )
    def post(self, request: Request, transaction_id: UUID) -> HttpResponse:
        """Take it back."""
        return self.move(request, Input, partial(_recall, transaction_id))

    def shape(self, txn: Transaction) -> dict[str, Any]:
        """Show the transfer as it will be, with the journal that takes it back."""
        payer, left = txn.payer_wallet, corrections.left_of(txn)
        returned = Posting(wallet=payer, balance_type=BalanceType.AVAILABLE, amount=left)
        journals = [
            *shapes.journals_of(txn),
            shapes.journal(recalls.NAME, [returned], payer.decimals),
        ]
        return shapes.transaction(txn, payer.owner_id, journals, ended_at=TIME_OF_BOOKING)


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


def _try_out(mandate: Mandate, customer_id: UUID, wanted: dict[str, Any], actor: Actor) -> Trial:
    wish = Wish(customer_id, wanted["to"], wanted["money"], wanted["note"])
    plan = transfer_plans.prepare_trial(wish, actor=actor, mandate=mandate)
    return trials.try_out(plan.command)


def _recall(
    transaction_id: UUID, _wanted: dict[str, Any], actor: Actor, request: MoneyRequest
) -> Booked:
    return recalls.recall(
        owner_id=request.caller, transaction_id=transaction_id, actor=actor, request=request
    )
