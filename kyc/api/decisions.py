"""POST admin/kyc/{user_id}/approve and reject: the decisions of staff."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from coinhub.api.four_eyes import ProposedShape, proposed
from coinhub.api.input import Input, TextField
from coinhub.api.schema import refusals
from coinhub.api.views import View
from coinhub.core.errors import NotYours
from coinhub.core.requests import actor_of
from coinhub.users import roles
from coinhub.users.models import User
from kyc import requirements
from kyc.api import shapes
from kyc.services import decisions, four_eyes
from kyc.services.decisions import TIERS_FOR_TWO

REFUSALS = refusals(400, 401, 403, 409, 413, 415, 429, 503)


class IsReviewer(BasePermission):
    """Lets in identity staff and superusers."""

    def has_permission(self, request: Request, view: object) -> bool:
        """Look at the caller's role."""
        return isinstance(request.user, User) and roles.is_in(request.user, roles.KYC)


class ApproveInput(Input):
    """For which tier; ``reason`` is what the second person reads for tier 2."""

    tier = serializers.ChoiceField([1, 2], default=1)
    reason = TextField(max_length=500, allow_blank=True, default="")


class RejectInput(Input):
    """Why: a code of the list, or words that staff read."""

    reason = TextField(max_length=500)
    note = TextField(max_length=500, allow_blank=True, default="")


class Approve(View):
    """POST admin/kyc/{user_id}/approve: approve an identity and release what waited for it."""

    scope = "staff"
    permission_classes = [IsReviewer]

    @extend_schema(
        operation_id="admin_kyc_approve",
        request=ApproveInput,
        responses={200: shapes.CaseShape, 202: ProposedShape, **REFUSALS},
    )
    def post(self, request: Request, user_id: UUID) -> Response:
        """Approve tier 1; propose tier 2 to a second person."""
        said = self.read(request, ApproveInput)
        customer_id = require_customer(user_id)
        tier = int(said["tier"])
        if tier not in TIERS_FOR_TWO:
            case = decisions.approve(
                customer_id=customer_id, tier=tier, note=said["reason"], actor=actor_of(request)
            )
            return Response(shapes.case(case))
        waiting = four_eyes.propose_approval(
            customer_id=customer_id,
            tier=tier,
            reason=said["reason"],
            maker=self.person,
            actor=actor_of(request),
        )
        return proposed(waiting)


class Reject(View):
    """POST admin/kyc/{user_id}/reject: reject an identity."""

    scope = "staff"
    permission_classes = [IsReviewer]

    @extend_schema(
        operation_id="admin_kyc_reject",
        request=RejectInput,
        responses={200: shapes.CaseShape, **REFUSALS},
    )
    def post(self, request: Request, user_id: UUID) -> Response:
        """Reject it."""
        said = self.read(request, RejectInput)
        reason, note = said["reason"], said["note"]
        if reason not in requirements.REJECT_REASONS:
            reason, note = "other", f"{reason} {note}".strip()[:500]
        case = decisions.reject(
            customer_id=require_customer(user_id), reason=reason, note=note, actor=actor_of(request)
        )
        return Response(shapes.case(case))


def require_customer(user_id: UUID) -> UUID:
    """Give the id of a customer there is.

    Raises: NotYours.
    """
    if not User.objects.filter(pk=user_id, is_staff=False).exists():
        raise NotYours
    return user_id
