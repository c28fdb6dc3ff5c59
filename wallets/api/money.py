"""Requests that move money: the caller's key, the answer kept with the booking, the repeat."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from coinhub.api import idempotency
from coinhub.api.errors import problem_text
from coinhub.api.input import Input, MoneyField, TextField, at_its_place
from coinhub.api.json import write
from coinhub.api.step_up import confirmation_of
from coinhub.api.views import View
from coinhub.core.actor import Actor
from coinhub.core.errors import DomainError, SetupBroken, Unavailable
from coinhub.core.money import Money
from coinhub.core.requests import actor_of
from coinhub.users.selectors.api_keys import KeyInUse
from wallets.api import shapes, trials
from wallets.ledger.errors import IdempotencyInProgress
from wallets.ledger.request import TIME_OF_BOOKING, Answer, Booked, MoneyRequest
from wallets.models import Transaction
from wallets.selectors.currencies import CurrencyUnknown, get_currency
from wallets.services import cooldown, refusals
from wallets.services.mandates import Mandate
from wallets.services.trials import Trial

CREATED = 201
_TIME_AS_JSON = '"\\u0001"'  # TIME_OF_BOOKING as a whole JSON string; no text can hold that
Case = Callable[[dict[str, Any], Actor, MoneyRequest], Booked]
TrialCase = Callable[[dict[str, Any], Actor], Trial]


class MoneyInput(Input):
    """An amount with its currency; ``validated_data["money"]`` has both."""

    amount = MoneyField()
    currency = TextField(max_length=12)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Check the amount by the rules of its currency.

        Raises: ValidationError.
        """
        try:
            currency = get_currency(attrs["currency"])
        except CurrencyUnknown as refusal:
            raise serializers.ValidationError(
                {"currency": serializers.ErrorDetail(refusal.detail, refusal.code)}
            ) from None
        with at_its_place():
            money = Money.parse(attrs["amount"], currency.code, currency.decimals)
        return {**attrs, "money": money}


def mandate_of(request: Request) -> Mandate:
    """Give what the caller brings besides the wish: a confirmation, an API key.

    Raises: ValidationFailed for a confirmation that is no id.
    """
    key = request.auth if isinstance(request.auth, KeyInUse) else None
    return Mandate(confirmation_of(request), key)


class MoneyView(View):
    """A POST that moves money; it cannot be reached without a key.

    One that can be tried out has ``DryRunQuery`` as its query; a trial needs no key and keeps none.
    ``success`` is the status of its answer.
    """

    needs_key: ClassVar[bool] = True
    rate: ClassVar[str] = "money"
    success: ClassVar[int] = CREATED

    def move(
        self,
        request: Request,
        reader: type[Input],
        case: Case,
        trial: TrialCase | None = None,
    ) -> HttpResponse:
        """Read the body, run one use case under the caller's key, give the kept answer.

        A refusal is kept too where it is final; a repeat then gets the same words. ``trial`` is
        what runs instead for ``?dry_run=true``.
        """
        if trial is not None and self.wanted.get("dry_run") == "true":
            tried = trial(self.read(request, reader), actor_of(request))
            return Response(trials.shape(tried, get_currency(tried.amount.currency).decimals))
        key = idempotency.key_of(request)
        wanted = self.read(request, reader)
        money_request = MoneyRequest(
            caller=self.person.pk,
            key=key,
            fingerprint=idempotency.fingerprint(request, self.body(request)),
            answer=self.answer,
        )
        try:
            booked = case(wanted, actor_of(request), money_request)
        except DomainError as refusal:
            return self._refused(request, money_request, refusal)
        answer = booked.answer or self.answer(booked.transaction)
        return idempotency.answer_response(
            answer.status,
            answer.body,
            replayed=booked.replayed,
            location=f"{shapes.TRANSACTIONS}{booked.transaction.public_id}",
        )

    def answer(self, txn: Transaction) -> Answer:
        """Write what the caller will be told, before the booking that keeps it."""
        text = write(self.shape(txn)).replace(_TIME_AS_JSON, f'"{TIME_OF_BOOKING}"')
        return Answer(self.success, text)

    def shape(self, txn: Transaction) -> dict[str, Any]:
        """Show the transaction as it will be."""
        raise NotImplementedError

    def _refused(
        self, request: Request, money_request: MoneyRequest, refusal: DomainError
    ) -> HttpResponse:
        if isinstance(refusal, Unavailable | SetupBroken | IdempotencyInProgress):
            raise refusal
        text = problem_text(refusal, request)
        answer = Answer(refusal.status, text) if refusal.stored else None
        was_confirmed = confirmation_of(request) is not None
        kept = refusals.settle(
            request=money_request,
            refusal=answer,
            is_failure=cooldown.counts(refusal, was_confirmed=was_confirmed),
        )
        if kept is None:
            raise refusal
        where = f"{shapes.TRANSACTIONS}{kept.transaction_id}" if kept.transaction_id else ""
        return idempotency.answer_response(
            kept.answer.status, kept.answer.body, replayed=True, location=where
        )
