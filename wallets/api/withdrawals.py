"""POST withdraw, withdraw/{id}/cancel."""

from functools import partial
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from coinhub.api.input import Input
from coinhub.api.schema import KEY_PARAMETER, REPLAY_PARAMETER, refusals
from coinhub.api.step_up import CONFIRMATION_PARAMETER
from coinhub.core.actor import Actor
from coinhub.core.money import CONTEXT
from wallets.api import shapes
from wallets.api.documents import TransactionShape
from wallets.api.money import MoneyInput, MoneyView, mandate_of
from wallets.api.trials import DryRunQuery, TrialShape
from wallets.ledger.request import TIME_OF_BOOKING, Answer, Booked, MoneyRequest
from wallets.models import BalanceType, Posting, Transaction, Withdrawal
from wallets.services import trials, withdrawal_reviews, withdrawals
from wallets.services.mandates import Mandate
from wallets.services.trials import Trial
from wallets.services.withdrawal_plans import Wish

OK = 200


class WithdrawInput(MoneyInput):
    """How much leaves, and to which entry of the address book."""

    destination = serializers.UUIDField(format="hex_verbose")
    fee_mode = serializers.ChoiceField(
        Withdrawal.FeeMode.choices, default=Withdrawal.FeeMode.ON_TOP.value
    )


class DestinationOfShape(serializers.Serializer):
    """Where it goes: the entry of the address book, and the address without its middle."""

    id = serializers.UUIDField()
    masked = serializers.CharField()


class WithdrawalShape(TransactionShape):
    """A withdrawal: the transaction, its state in detail, and where it goes."""

    state = serializers.ChoiceField(Transaction.State.choices)
    destination = DestinationOfShape()


class Withdraw(MoneyView):
    """POST withdraw: set money aside, which then leaves by itself."""

    scope = "withdraw"
    query: ClassVar[type[Input] | None] = DryRunQuery

    @extend_schema(
        operation_id="withdraw",
        request=WithdrawInput,
        parameters=[DryRunQuery, KEY_PARAMETER, CONFIRMATION_PARAMETER, REPLAY_PARAMETER],
        responses={
            200: TrialShape,
            201: WithdrawalShape,
            **refusals(400, 401, 403, 404, 409, 413, 415, 422, 429, 503),
        },
    )
    def post(self, request: Request) -> HttpResponse:
        """Withdraw; the fee comes on top unless it is asked for inside."""
        mandate = mandate_of(request)
        return self.move(
            request,
            WithdrawInput,
            partial(_withdraw, mandate),
            partial(_try_out, mandate, self.person.pk),
        )

    def shape(self, txn: Transaction) -> dict[str, Any]:
        """Show the withdrawal as it will be."""
        payer = txn.payer_wallet
        locked = CONTEXT.add(txn.amount, txn.fee)
        moved = [
            Posting(wallet=payer, balance_type=BalanceType.AVAILABLE, amount=locked.copy_negate()),
            Posting(wallet=payer, balance_type=BalanceType.LOCKED, amount=locked),
        ]
        journal = shapes.journal(txn.type, moved, payer.decimals)
        shown = shapes.transaction(txn, payer.owner_id, [journal], created_at=TIME_OF_BOOKING)
        return with_destination(shown, txn)


class CryptoBankWithdraw(Withdraw):
    """POST crypto-bank/withdraw: the same under its older name."""

    @extend_schema(
        operation_id="crypto_bank_withdraw",
        request=WithdrawInput,
        parameters=[DryRunQuery, KEY_PARAMETER, CONFIRMATION_PARAMETER, REPLAY_PARAMETER],
        responses={
            200: TrialShape,
            201: WithdrawalShape,
            **refusals(400, 401, 403, 404, 409, 413, 415, 422, 429, 503),
        },
    )
    def post(self, request: Request) -> HttpResponse:
        """Withdraw."""
        return super().post(request)


class Cancel(MoneyView):
    """POST withdraw/{id}/cancel: take a withdrawal back before it is on its way."""

    scope = "withdraw"

    @extend_schema(
        operation_id="cancel_withdrawal",
        request=None,
        parameters=[KEY_PARAMETER, REPLAY_PARAMETER],
        responses={
            200: WithdrawalShape,
            **refusals(400, 401, 403, 409, 413, 415, 422, 429, 503),
        },
    )
    def post(self, request: Request, transaction_id: UUID) -> HttpResponse:
        """Cancel; 409 `INVALID_STATE` once the worker has it."""
        return self.move(request, Input, partial(_cancel, transaction_id))

    def body(self, request: Request) -> dict[str, Any]:
        """Take no body for an empty one."""
        return super().body(request) if request._request.body else {}

    def answer(self, txn: Transaction) -> Answer:
        """Answer 200: nothing new was made."""
        return Answer(OK, super().answer(txn).body)

    def shape(self, txn: Transaction) -> dict[str, Any]:
        """Show the withdrawal as it will be."""
        shown = shapes.transaction(txn, txn.payer_wallet.owner_id, [])
        return with_destination(shown | {"completed_at": TIME_OF_BOOKING}, txn)


def _try_out(mandate: Mandate, customer_id: UUID, wanted: dict[str, Any], actor: Actor) -> Trial:
    command, _ = withdrawal_reviews.look(
        customer_id=customer_id,
        wish=Wish(wanted["money"], wanted["destination"], wanted["fee_mode"]),
        mandate=mandate,
        actor=actor,
    )
    locked = command.total.amount
    changes = {str(BalanceType.AVAILABLE): locked.copy_negate(), str(BalanceType.LOCKED): locked}
    return trials.try_out(command, changes=changes)


def _withdraw(
    mandate: Mandate, wanted: dict[str, Any], actor: Actor, request: MoneyRequest
) -> Booked:
    return withdrawals.withdraw(
        customer_id=request.caller,
        wish=Wish(wanted["money"], wanted["destination"], wanted["fee_mode"]),
        mandate=mandate,
        actor=actor,
        request=request,
    )


def _cancel(
    transaction_id: UUID, _wanted: dict[str, Any], actor: Actor, request: MoneyRequest
) -> Booked:
    return withdrawals.cancel(
        owner_id=request.caller, public_id=transaction_id, actor=actor, request=request
    )


def with_destination(shown: dict[str, Any], txn: Transaction) -> dict[str, Any]:
    """Add the state in detail and where it goes."""
    destination = txn.metadata.get("destination") or {}
    return shown | {"state": str(txn.state), "destination": destination}
