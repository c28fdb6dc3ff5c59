"""The part of the API that is for staff: house balances, all wallets, proposals."""

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from coinhub.api import idempotency, pagination
from coinhub.api.auth import IsOperations, MayReadAll
from coinhub.api.errors import problem_text
from coinhub.api.four_eyes import ProposedShape, proposed
from coinhub.api.input import BalanceField, Input, MoneyField, TextField, at_its_place
from coinhub.api.json import write
from coinhub.api.pagination import PageQuery
from coinhub.api.schema import KEY_PARAMETER, REPLAY_PARAMETER, refusals
from coinhub.api.views import View
from coinhub.approvals.models import Approval
from coinhub.core.actor import Actor
from coinhub.core.errors import DomainError
from coinhub.core.money import Money, amount_text, quantize
from coinhub.core.requests import actor_of
from coinhub.events import audit
from wallets.api import shapes
from wallets.api.documents import WalletShape
from wallets.api.wallets import window
from wallets.ledger.request import Answer, MoneyRequest
from wallets.policies.reversals import CATEGORIES, FEE_POLICIES, SHORTFALL_POLICIES
from wallets.selectors import corrections, house, office
from wallets.selectors.currencies import get_currency
from wallets.services import adjustments, proposals, reversals
from wallets.services import refusals as kept_refusals
from wallets.services.reversals import Terms

STAFF = [IsAuthenticated, IsOperations]
READERS = [IsAuthenticated, MayReadAll]
POINTS = "PTS"
Case = Callable[[dict[str, Any], Actor], Approval]


class HouseBalanceShape(serializers.Serializer):
    """One balance of the house; ``usd_value`` is null where there is no price."""

    code = serializers.CharField()
    alias = serializers.CharField(allow_null=True)
    currency = serializers.CharField()
    balance = BalanceField()
    usd_value = BalanceField(allow_null=True)
    priced_at = serializers.DateTimeField(allow_null=True)


class HouseBalancesShape(serializers.Serializer):
    """What the house has, wallet by wallet."""

    balances = HouseBalanceShape(many=True)


class HouseBalances(View):
    """GET admin/wallet/balance: the house's own money, with its value at a recorded price."""

    scope = "staff"
    permission_classes = READERS

    @extend_schema(
        operation_id="admin_wallet_balance",
        responses={200: HouseBalancesShape, **refusals(400, 401, 403, 429, 503)},
    )
    def get(self, request: Request) -> Response:
        """Show them."""
        rows = house.list_balances()
        return Response({"balances": [_house_balance(row) for row in rows]})


def _house_balance(row: house.HouseBalance) -> dict[str, Any]:
    usd = row.usd_value
    return {
        "code": row.code,
        "alias": row.alias,
        "currency": row.currency.pk,
        "balance": amount_text(row.balance, row.currency.decimals),
        "usd_value": None if usd is None else amount_text(quantize(usd, 2), 2),
        "priced_at": row.priced_at,
    }


class StaffWalletQuery(PageQuery):
    """Which wallets: of a customer, in a currency."""

    user_id = serializers.UUIDField(required=False, format="hex_verbose")
    currency = TextField(max_length=12, required=False)


@extend_schema_serializer(component_name="StaffWallet")
class StaffWalletShape(WalletShape):
    """A customer's wallet as staff see it."""

    user_id = serializers.UUIDField()


class StaffWalletsShape(serializers.Serializer):
    """A page of wallets."""

    results = StaffWalletShape(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)


class StaffWallets(View):
    """GET admin/wallets: the wallets of customers, newest first; every look is recorded."""

    scope = "staff"
    permission_classes = READERS
    query: ClassVar[type[Input] | None] = StaffWalletQuery

    @extend_schema(
        operation_id="admin_wallets",
        parameters=[StaffWalletQuery],
        responses={200: StaffWalletsShape, **refusals(400, 401, 403, 429, 503)},
    )
    def get(self, request: Request) -> Response:
        """List them."""
        page = office.list_wallets(
            window(request, self.wanted),
            owner_id=self.wanted.get("user_id"),
            currency=self.wanted.get("currency"),
        )
        whose = self.wanted.get("user_id")
        audit.looked_at(
            actor=actor_of(request),
            object_type="customer" if whose else "wallet",
            object_id=str(whose or "all"),
            what=f"{len(page.rows)} wallets",
            customers={row.owner_id for row in page.rows} | {whose},
        )
        rows = [{**shapes.wallet(row), "user_id": row.owner_id} for row in page.rows]
        return Response(
            pagination.page(request, self.wanted, results=rows, older=page.older, newer=page.newer)
        )


class ReasonInput(Input):
    """Why, for the second person to read."""

    reason = TextField(max_length=500)


class PointsInput(ReasonInput):
    """How many points to give or to take."""

    change = serializers.ChoiceField(["grant", "take"])
    amount = MoneyField()


class GiveBackInput(ReasonInput):
    """How much of a payment; all that is left of it when nothing is said."""

    amount = MoneyField(required=False)
    category = serializers.ChoiceField(CATEGORIES, default="customer_request")


class ReverseInput(GiveBackInput):
    """And under which terms."""

    fee_policy = serializers.ChoiceField(FEE_POLICIES, default="none")
    shortfall_policy = serializers.ChoiceField(SHORTFALL_POLICIES, default="fail_if_short")


class Proposal(View):
    """A call of staff that a second person has to approve; it cannot be reached without a key."""

    needs_key: ClassVar[bool] = True
    scope = "staff"
    rate: ClassVar[str] = "money"
    permission_classes = STAFF

    def propose(self, request: Request, reader: type[Input], case: Case) -> HttpResponse:
        """Read the body, propose under the caller's key, answer 202 with the proposal."""
        key = idempotency.key_of(request)
        wanted = self.read(request, reader)
        named = MoneyRequest(
            caller=self.person.pk,
            key=key,
            fingerprint=idempotency.fingerprint(request, self.body(request)),
        )
        try:
            answer, is_repeat = proposals.propose_once(
                request=named,
                propose=partial(case, wanted, actor_of(request)),
                answer=_told,
            )
        except DomainError as refusal:
            # Kept or not: a twin with this key may have proposed it, and then its answer counts.
            text = problem_text(refusal, request)
            told = Answer(refusal.status, text) if refusal.stored else None
            kept = kept_refusals.settle(request=named, refusal=told)
            if kept is None:
                raise
            answer, is_repeat = kept.answer, True
        return idempotency.answer_response(
            answer.status, answer.body, replayed=is_repeat, location=""
        )


def _told(approval: Approval) -> Answer:
    said = proposed(approval)
    return Answer(said.status_code, write(said.data))


PROPOSED: dict[str, Any] = {
    "parameters": [KEY_PARAMETER, REPLAY_PARAMETER],
    "responses": {
        202: ProposedShape,
        **refusals(400, 401, 403, 409, 413, 415, 422, 429, 503),
    },
}


class Points(Proposal):
    """PUT admin/users/{id}/points: propose to grant points to a customer, or to take some."""

    @extend_schema(operation_id="admin_points", request=PointsInput, **PROPOSED)
    def put(self, request: Request, user_id: UUID) -> HttpResponse:
        """Propose it."""

        def case(wanted: dict[str, Any], actor: Actor) -> Approval:
            with at_its_place():
                amount = Money.parse(wanted["amount"], POINTS, get_currency(POINTS).decimals)
            return adjustments.propose(
                kind=f"points_{wanted['change']}",
                amount=amount,
                customer_id=user_id,
                reason=wanted["reason"],
                maker=self.person,
                actor=actor,
            )

        return self.propose(request, PointsInput, case)


class Reverse(Proposal):
    """POST admin/transactions/{id}/reverse: propose to undo a payment under terms of choice."""

    reader: ClassVar[type[GiveBackInput]] = ReverseInput

    @extend_schema(operation_id="admin_reverse", request=ReverseInput, **PROPOSED)
    def post(self, request: Request, transaction_id: UUID) -> HttpResponse:
        """Propose it; what the recipient still has is set aside at once."""
        return self.propose(request, self.reader, partial(self._case, transaction_id))

    def _case(self, transaction_id: UUID, wanted: dict[str, Any], actor: Actor) -> Approval:
        original = corrections.get_for_staff(transaction_id)
        if "amount" in wanted:
            decimals = corrections.decimals_of(original)
            with at_its_place():
                amount = Money.parse(wanted["amount"], original.currency_id, decimals).amount
        else:
            left = corrections.left_of(original)
            amount = quantize(left, corrections.decimals_of(original))
        terms = {name: wanted[name] for name in ("category", *self.terms) if name in wanted}
        return reversals.propose(
            original_id=transaction_id,
            amount=amount,
            terms=Terms(**terms),
            reason=wanted["reason"],
            maker=self.person,
            actor=actor,
        )

    terms: ClassVar[tuple[str, ...]] = ("fee_policy", "shortfall_policy")


class Refund(Reverse):
    """POST admin/transactions/{id}/refund: propose to give a payment back to whoever paid it.

    A reversal in which the fee stays and nobody covers what is short.
    """

    reader: ClassVar[type[GiveBackInput]] = GiveBackInput

    @extend_schema(operation_id="admin_refund", request=GiveBackInput, **PROPOSED)
    def post(self, request: Request, transaction_id: UUID) -> HttpResponse:
        """Propose it."""
        return super().post(request, transaction_id)
