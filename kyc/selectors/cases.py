"""Where customers stand with their identity."""

from uuid import UUID

from kyc.models import Case


def status_of(customer_id: UUID) -> str:
    """Give a customer's status; without a case it is ``not_started``."""
    found = Case.objects.filter(customer_id=customer_id).values_list("status", flat=True).first()
    return found or Case.Status.NOT_STARTED


def is_approved(customer_id: UUID) -> bool:
    """Say whether a customer's identity is approved."""
    return status_of(customer_id) == Case.Status.APPROVED
