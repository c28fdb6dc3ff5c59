"""Where customers stand with their identity."""

from uuid import UUID

from coinhub.users.models import User
from kyc.models import Case


def find_case(customer_id: UUID) -> Case | None:
    """Give a customer's case; one who has not started may have none."""
    return Case.objects.filter(customer_id=customer_id).first()


def is_approved(customer: User) -> bool:
    """Say whether a customer's identity is approved.

    Asks no question when the edge loaded the case with the customer (``select_related``).
    """
    case: Case | None = getattr(customer, "kyc_case", None)
    return case is not None and case.status == Case.Status.APPROVED


def count_in_review() -> int:
    """Count the cases that wait for a decision."""
    return Case.objects.filter(status=Case.Status.PENDING).count()
