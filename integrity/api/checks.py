"""GET integrity/check and its narrower forms: translate, call the check, translate back."""

from uuid import UUID

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from coinhub.api.input import Input, TextField
from coinhub.api.schema import refusals
from coinhub.api.views import View
from coinhub.core.errors import NotYours
from coinhub.core.requests import actor_of
from coinhub.events import audit
from coinhub.users import roles
from coinhub.users.models import User
from integrity.api import shapes
from integrity.models import Run
from integrity.services import written
from integrity.services.check import Scope, check
from wallets.selectors import currencies

JUDGES = (roles.OPERATIONS, roles.AUDITOR)
ANSWERS = {
    200: shapes.Healthy,
    500: OpenApiResponse(shapes.Failure, "something is wrong in the ledger; plain JSON"),
    **refusals(400, 401, 403, 503),
}


class IsJudge(BasePermission):
    """Lets in operations, auditors and superusers."""

    def has_permission(self, request: Request, view: object) -> bool:
        """Look at the caller's role."""
        return isinstance(request.user, User) and roles.is_in(request.user, *JUDGES)


class CurrencyQuery(Input):
    """What ``check/{user_id}`` may be narrowed to."""

    currency = TextField(required=False, max_length=12, help_text="default: all currencies")


class Check(View):
    """Judge the whole ledger."""

    scope = "staff"
    permission_classes = [IsJudge]

    @extend_schema(operation_id="integrity_check", responses=ANSWERS)
    def get(self, request: Request) -> Response:
        """Check everybody and the house, from one snapshot; staff and auditors."""
        return answer(request, Scope())


class CheckCustomer(View):
    """Judge one customer's part of the ledger, perhaps in one currency."""

    scope = "read"
    query = CurrencyQuery

    @extend_schema(
        operation_id="integrity_check_customer", parameters=[CurrencyQuery], responses=ANSWERS
    )
    def get(self, request: Request, user_id: str) -> Response:
        """Check one customer, in one currency or all; that customer, staff and auditors."""
        owner_id = require_may_look(request, user_id)
        code = self.wanted.get("currency")
        currency = currencies.get_currency(code).code if code else None
        return answer(request, Scope(owner_id, currency))


class CheckCustomerWhole(View):
    """Judge one customer's part of the ledger."""

    scope = "read"

    @extend_schema(operation_id="integrity_check_all", responses=ANSWERS)
    def get(self, request: Request, user_id: str) -> Response:
        """Check one customer in all currencies; that customer, staff and auditors."""
        return answer(request, Scope(require_may_look(request, user_id)))


class CheckHouse(View):
    """Judge the wallets of the house."""

    scope = "staff"
    permission_classes = [IsJudge]

    @extend_schema(operation_id="integrity_admin_wallet", responses=ANSWERS)
    def get(self, request: Request) -> Response:
        """Check the house, its balances side by side; staff and auditors."""
        return answer(request, Scope(is_house=True))


def answer(request: Request, scope: Scope) -> Response:
    """Run the check and write what it saw: 200, or 500 when something is wrong."""
    checked = check(actor=actor_of(request), trigger=Run.Trigger.API, scope=scope)
    return Response(written.body(checked), status=200 if checked.is_healthy else 500)


def require_may_look(request: Request, user_id: str) -> UUID:
    """Give the customer asked for; that staff look at the balances is recorded.

    Writes: AuditEvent.
    Raises: NotYours for somebody else's and for nobody's: the two look alike.
    """
    try:
        owner_id = UUID(user_id)
    except ValueError:
        raise NotYours from None
    user = request.user
    if isinstance(user, User):  # the permissions let nobody else so far
        if user.pk == owner_id:
            return owner_id
        if roles.is_in(user, *JUDGES) and User.objects.filter(pk=owner_id).exists():
            audit.looked_at(
                actor=actor_of(request),
                object_type="integrity_check",
                object_id=str(owner_id),
                what="balances",
                customers=[owner_id],
            )
            return owner_id
    raise NotYours
