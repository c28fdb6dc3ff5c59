"""Proposals and what became of them."""

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThanOrEqual

from coinhub.core.ids import new_public_id

LIFE = timedelta(hours=24)
SHORTEST_REASON = 10


class StatementTime(Func):
    """The database's clock at the beginning of the statement: one moment for several columns."""

    template = "statement_timestamp()"
    output_field = models.DateTimeField()


class StatementTimeAndLife(Func):
    """The moment at which a proposal made by this statement ends."""

    template = "statement_timestamp() + interval '24 hours'"
    output_field = models.DateTimeField()


class Approval(models.Model):
    """One row is one thing a member of staff proposed, and what became of it.

    The row goes once from ``pending`` to one end and is then as it is for good; the database
    refuses every other change, a checker who is the maker, and an execution without a checker.
    ``payload_sha256`` is over everything a checker is shown, see ``coinhub.approvals.content``.

    Personal data: ``maker``, ``checker``; what a kind puts into ``payload`` is public ids.
    """

    class State(models.TextChoices):
        """Where a proposal stands."""

        PENDING = "pending"
        EXECUTED = "executed"
        REJECTED = "rejected"
        CANCELLED = "cancelled"
        STALE = "stale"
        EXPIRED = "expired"

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    kind = models.CharField(max_length=40)
    target_type = models.CharField(max_length=40)
    target_id = models.CharField(max_length=60)
    target_version = models.CharField(max_length=120, blank=True)
    payload = models.JSONField(default=dict)
    payload_sha256 = models.CharField("content hash", max_length=64)
    reason = models.CharField(max_length=1000)
    maker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    checker = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    state = models.CharField(max_length=9, choices=State, default=State.PENDING)
    created_at = models.DateTimeField(db_default=StatementTime())
    expires_at = models.DateTimeField(db_default=StatementTimeAndLife())
    decided_at = models.DateTimeField(null=True, blank=True)
    comment = models.CharField(max_length=1000, blank=True)
    result = models.JSONField(null=True, blank=True)

    class Meta:
        default_permissions = ("view",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(
                    state__in=["pending", "executed", "rejected", "cancelled", "stale", "expired"]
                ),
                name="approval_state_known",
            ),
            models.CheckConstraint(
                condition=Q(checker__isnull=True) | ~Q(checker=F("maker")),
                name="approval_checker_is_not_the_maker",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["executed", "rejected"], checker__isnull=False)
                | Q(state__in=["pending", "cancelled", "stale", "expired"], checker__isnull=True),
                name="approval_decided_by_a_checker",
            ),
            models.CheckConstraint(
                condition=Q(state="pending", decided_at__isnull=True)
                | (~Q(state="pending") & Q(decided_at__isnull=False)),
                name="approval_end_has_its_moment",
            ),
            models.CheckConstraint(
                condition=Q(result__isnull=True) | Q(state="executed"),
                name="approval_result_of_an_execution",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__lte=F("created_at") + LIFE),
                name="approval_lives_a_day_at_most",
            ),
            models.CheckConstraint(
                condition=Q(payload_sha256__regex=r"^[0-9a-f]{64}$"),
                name="approval_content_hash_is_one",
            ),
            models.CheckConstraint(
                condition=GreaterThanOrEqual(Length("reason"), SHORTEST_REASON),
                name="approval_has_a_reason",
            ),
            models.UniqueConstraint(
                fields=["payload_sha256"],
                condition=Q(state="pending"),
                name="approval_proposed_once_at_a_time",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["expires_at", "id"], condition=Q(state="pending"), name="approval_waiting"
            ),
            models.Index(fields=["target_type", "target_id"], name="approval_by_target"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"
