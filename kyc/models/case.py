"""The case of one customer."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from coinhub.core.db import ClockTimestamp


class Case(models.Model):
    """One row is the identity case of one customer; its status is the only one there is.

    A customer without a case has not started.

    Personal data: ``customer``.
    """

    class Status(models.TextChoices):
        """Where the case stands."""

        NOT_STARTED = "not_started"
        PENDING = "pending"
        APPROVED = "approved"
        REJECTED = "rejected"

    customer = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="kyc_case"
    )
    status = models.CharField(max_length=11, choices=Status, default=Status.NOT_STARTED)
    tier = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(db_default=ClockTimestamp())
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["not_started", "pending", "approved", "rejected"]),
                name="case_status_known",
            ),
            models.CheckConstraint(condition=Q(tier__gte=0, tier__lte=2), name="case_tier_0_to_2"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.status}"
