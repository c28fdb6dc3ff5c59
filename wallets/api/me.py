"""GET me."""

from decimal import ROUND_DOWN
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from coinhub.api.schema import refusals
from coinhub.api.views import View
from coinhub.core.money import dollars_text
from coinhub.users.services import second_factor
from kyc.selectors import cases
from wallets.api import trials
from wallets.api.documents import MeShape
from wallets.models import Transaction
from wallets.policies.limits import ceilings_for
from wallets.selectors.limits import limits_of
from wallets.selectors.usage import uses_of


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
                "limits": _limits(person.pk, case.tier if case else 0),
            }
        )


def _limits(customer_id: UUID, tier: int) -> dict[str, Any]:
    """Show every limit: what one payment may be, and what is left of each rolling window."""
    found = limits_of(customer_id, tier)
    ceilings = ceilings_for(Transaction.Type.WITHDRAWAL, found)
    return {
        "per_payment_min": dollars_text(found.per_payment_min),
        "per_payment_max": dollars_text(found.per_payment_max, ROUND_DOWN),
        **trials.limits(uses_of(customer_id, ceilings)),
    }
