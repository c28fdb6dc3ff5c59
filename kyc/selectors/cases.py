"""Where customers stand with their identity."""

from uuid import UUID

from coinhub.users.models import User
from kyc.models import Case


def status_of(customer_id: UUID) -> str:
    """Give a customer's status; without a case it is ``not_started``."""
    found = Case.objects.filter(customer_id=customer_id).values_list("status", flat=True).first()
    return found or Case.Status.NOT_STARTED


def is_approved(customer: User) -> bool:
    """Say whether a customer's identity is approved.

    Asks no question when the edge loaded the case with the customer (``select_related``).
    """
    case: Case | None = getattr(customer, "kyc_case", None)
    return case is not None and case.status == Case.Status.APPROVED
