"""POST kyc/raise, kyc/raise/withdraw: asking for tier 2 when tier 1 is approved."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from coinhub.api.input import Input
from coinhub.api.schema import refusals
from coinhub.api.views import View
from coinhub.core.requests import actor_of
from kyc.api import shapes
from kyc.api.cases import text
from kyc.services import raises

REFUSALS = refusals(400, 401, 403, 409, 413, 415, 429, 503)


class RaiseInput(Input):
    """Where the caller's money comes from."""

    source_of_funds = text("source_of_funds")


class KycRaise(View):
    """POST kyc/raise: begin to ask for tier 2; tier 1 stays."""

    scope = "person"

    @extend_schema(
        operation_id="kyc_raise", request=RaiseInput, responses={200: shapes.CaseShape, **REFUSALS}
    )
    def post(self, request: Request) -> Response:
        """Keep what the caller says, and name in ``missing`` what has to be sent."""
        said = self.read(request, RaiseInput)
        case = raises.ask(
            customer_id=self.person.pk,
            source_of_funds=said["source_of_funds"],
            actor=actor_of(request),
        )
        return Response(shapes.case(case))


class KycWithdraw(View):
    """POST kyc/raise/withdraw: leave it at tier 1."""

    scope = "person"

    @extend_schema(
        operation_id="kyc_raise_withdraw",
        request=Input,
        responses={200: shapes.CaseShape, **REFUSALS},
    )
    def post(self, request: Request) -> Response:
        """Ask for tier 2 no more; what was not sent off is erased."""
        self.read(request, Input)
        case = raises.withdraw(customer_id=self.person.pk, actor=actor_of(request))
        return Response(shapes.case(case))
