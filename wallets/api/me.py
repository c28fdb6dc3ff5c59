"""GET me."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from coinhub.api.schema import refusals
from coinhub.api.views import View
from coinhub.users.services import second_factor
from kyc.selectors import cases
from wallets.api import shapes
from wallets.api.documents import MeShape
from wallets.selectors.limits import limits_of


class Me(View):
    """GET me: the caller, and where the identity check stands."""

    scope = "read"

    @extend_schema(operation_id="me", responses={200: MeShape, **refusals(400, 401, 503)})
    def get(self, request: Request) -> Response:
        """Tell it."""
        person = self.person
        case = cases.find_case(person.pk)
        return Response(
            {
                "id": person.pk,
                "email": person.email,
                "kyc_status": case.status if case else "not_started",
                "tier": case.tier if case else 0,
                "second_factor": second_factor.has_second_factor(person),
                "limits": shapes.limits(limits_of(person.pk, case.tier if case else 0)),
            }
        )
