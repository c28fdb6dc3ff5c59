"""POST integrity/sync-all and its narrower forms: wallet rows written anew from their postings."""

import hmac
from typing import Any
from uuid import UUID

from django.conf import settings
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from coinhub.api.auth import IsOperations
from coinhub.api.input import BalanceField, Input
from coinhub.api.schema import refusals
from coinhub.api.views import View
from coinhub.core.errors import DomainError
from coinhub.core.requests import actor_of
from integrity.api import shapes
from integrity.api.checks import require_may_look
from integrity.models import Run
from integrity.services import written
from integrity.services.check import Scope, check
from integrity.services.repair import Repaired, repair_all

HEADER = "X-Reconciliation-Key"
KEY = OpenApiParameter(
    HEADER,
    {"type": "string"},
    OpenApiParameter.HEADER,
    required=True,
    description="The installation's second key for repairs.",
)


class ReconciliationKeyRefused(DomainError):
    """A repair needs the installation's reconciliation key."""

    code = "RECONCILIATION_KEY_REFUSED"
    status = 403
    title = "A repair needs the reconciliation key"


class SyncInput(Input):
    """Whose wallets; all when nobody is named."""

    user_id = serializers.UUIDField(required=False, format="hex_verbose")


class NothingInput(Input):
    """There is nothing to say."""


class RepairedShape(serializers.Serializer):
    """What came of one wallet; ``refused`` says why it was left alone."""

    wallet_id = serializers.IntegerField()
    currency = serializers.CharField()
    changed = serializers.BooleanField()
    before = serializers.DictField(child=BalanceField(), allow_null=True)
    after = serializers.DictField(child=BalanceField(), allow_null=True)
    refused = serializers.CharField(allow_blank=True)


class HealthyRepair(shapes.Healthy):
    """Everything agrees after the repair."""

    repaired = RepairedShape(many=True)


class FailedRepair(shapes.Failure):
    """Something is wrong still: what a repair may not touch."""

    repaired = RepairedShape(many=True)


ANSWERS: dict[Any, Any] = {
    200: HealthyRepair,
    500: OpenApiResponse(FailedRepair, "something is wrong still; plain JSON"),
    **refusals(400, 401, 403, 413, 415, 429, 503),
}


class Repair(View):
    """A repair of staff: it needs the role and the key; postings are never touched."""

    scope = "staff"
    permission_classes = [IsAuthenticated, IsOperations]

    def said(self, request: Request, reader: type[Input]) -> dict[str, Any]:
        """Read the body, if there is one, and ask for the key.

        Raises: ValidationFailed, ReconciliationKeyRefused.
        """
        has_body = request.headers.get("Content-Length", "0") not in ("", "0")
        wanted = self.read(request, reader) if has_body else {}
        key, given = settings.RECONCILIATION_KEY, request.headers.get(HEADER, "")
        if not key or not hmac.compare_digest(key.encode(), given.encode()):
            raise ReconciliationKeyRefused
        return wanted

    def mend(self, request: Request, scope: Scope) -> Response:
        """Repair what may be repaired, look again, and answer with both."""
        actor = actor_of(request)
        repaired = repair_all(actor=actor, apply=True, scope=scope)
        checked = check(actor=actor, trigger=Run.Trigger.API, scope=scope)
        body = written.body(checked) | {"repaired": [_shown(one) for one in repaired]}
        return Response(body, status=200 if checked.is_healthy else 500)


class SyncAll(Repair):
    """POST integrity/sync-all: everybody and the house, or one customer."""

    @extend_schema(
        operation_id="integrity_sync_all", request=SyncInput, parameters=[KEY], responses=ANSWERS
    )
    def post(self, request: Request) -> Response:
        """Repair."""
        wanted = self.said(request, SyncInput).get("user_id")
        if wanted is None:
            return self.mend(request, Scope())
        return self.mend(request, Scope(require_may_look(request, str(wanted))))


class Reconcile(Repair):
    """POST integrity/reconcile/{user_id}: one customer's wallets."""

    @extend_schema(
        operation_id="integrity_reconcile",
        request=NothingInput,
        parameters=[KEY],
        responses=ANSWERS,
    )
    def post(self, request: Request, user_id: UUID) -> Response:
        """Repair."""
        self.said(request, NothingInput)
        return self.mend(request, Scope(require_may_look(request, str(user_id))))


class ReconcileHouse(Repair):
    """POST integrity/auto-reconcile-admin: the wallets of the house."""

    @extend_schema(
        operation_id="integrity_auto_reconcile_admin",
        request=NothingInput,
        parameters=[KEY],
        responses=ANSWERS,
    )
    def post(self, request: Request) -> Response:
        """Repair."""
        self.said(request, NothingInput)
        return self.mend(request, Scope(is_house=True))


def _shown(one: Repaired) -> dict[str, Any]:
    names = ("wallet_id", "currency", "changed", "before", "after", "refused")
    return {name: getattr(one, name) for name in names}
