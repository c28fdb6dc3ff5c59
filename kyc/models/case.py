"""The case of one customer."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Case as Choose
from django.db.models import Q, Value, When

from coinhub.core.db import ClockTimestamp


class State(models.TextChoices):
    """Where a case stands, as the back office sees it; ``docs/identity.md`` has the moves."""

    NOT_STARTED = "not_started"
    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    CHANGES_REQUESTED = "changes_requested"
    APPROVED = "approved"
    REJECTED = "rejected"
    BLOCKED = "blocked"


class Status(models.TextChoices):
    """Where a case stands, as everybody else sees it."""

    NOT_STARTED = "not_started"
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"


UNDER_WAY = (State.SUBMITTED, State.IN_REVIEW, State.CHANGES_REQUESTED)
OPEN = (State.DRAFT, *UNDER_WAY)  # where a case may have a tier already and be asked for the next


def public_status() -> Any:
    """Make the status of state and tier: the database works it out, so they cannot differ.

    Who has a tier is approved, also while a higher one is asked for.
    """
    return Choose(
        When(tier__gte=1, then=Value("approved")),
        When(state__in=["submitted", "in_review", "changes_requested"], then=Value("pending")),
        When(state__in=["rejected", "blocked"], then=Value("rejected")),
        default=Value("not_started"),
    )


class Case(models.Model):
    """One row is the identity case of one customer; its status is the only one there is.

    A customer without a case has not started. ``state`` moves along the listed lines only, each
    time with a Decision of the next ``version`` (both kept by the database); ``status`` follows.
    A case that is open and has a tier asks for the next one; the tier it has stays meanwhile.

    Personal data: ``customer``.
    """

    State = State
    Status = Status

    customer = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="kyc_case"
    )
    status = models.GeneratedField(
        expression=public_status(),
        output_field=models.CharField(max_length=11, choices=Status),
        db_persist=True,
    )
    tier = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(db_default=ClockTimestamp())
    decided_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=17, choices=State, default=State.NOT_STARTED)
    version = models.PositiveIntegerField(default=0, db_default=0)
    wanted_tier = models.PositiveSmallIntegerField(default=1, db_default=1)
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    submitted_at = models.DateTimeField(null=True, blank=True)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    lease_until = models.DateTimeField(null=True, blank=True)
    restart_from = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="case_state_known"),
            models.CheckConstraint(condition=Q(tier__gte=0, tier__lte=2), name="case_tier_0_to_2"),
            models.CheckConstraint(
                condition=Q(state="approved", tier__gte=1)
                | Q(state__in=OPEN, tier=1, wanted_tier=2)
                | (~Q(state="approved") & Q(tier=0)),
                name="case_tier_fits_its_state",
            ),
            models.CheckConstraint(
                condition=Q(wanted_tier__gte=1, wanted_tier__lte=2), name="case_wanted_tier_1_or_2"
            ),
        ]
        indexes = [
            models.Index(
                fields=["submitted_at"],
                condition=Q(state__in=["submitted", "in_review"]),
                name="case_queue",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.state}"

    @property
    def is_raise(self) -> bool:
        """Say whether a higher tier is asked for than the one the customer has and keeps."""
        return self.tier > 0 and self.state in OPEN
