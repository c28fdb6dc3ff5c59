"""Runs of the integrity check."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from coinhub.core.db import ClockTimestamp, XactIdField


class Run(models.Model):
    """One row is one run of the integrity check: what was looked at and what came of it.

    Written once, when the run has ended, together with its findings and an audit event. Without
    ``owner`` the whole ledger was checked, or the house alone (``is_house``). ``checksum`` is a
    digest of the balances looked at: two runs over the same balances have the same one.

    Personal data: ``actor``, ``owner``.
    """

    class Trigger(models.TextChoices):
        """What asked for the run."""

        API = "api"
        COMMAND = "command"
        HOURLY = "hourly"
        NIGHTLY = "nightly"
        START = "start"

    class Status(models.TextChoices):
        """What came of it."""

        HEALTHY = "healthy"
        FAILED = "failed"

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(unique=True, editable=False)
    trigger = models.CharField(max_length=7, choices=Trigger)
    status = models.CharField(max_length=7, choices=Status)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
        help_text="the customer looked at; empty: everybody and the house",
    )
    currency = models.CharField(max_length=12, blank=True, help_text="empty: all currencies")
    is_house = models.BooleanField(
        default=False, db_default=False, help_text="only the wallets of the house were looked at"
    )
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(db_default=ClockTimestamp())
    duration_ms = models.PositiveIntegerField()
    checked_users = models.PositiveIntegerField()
    checked_currencies = models.PositiveIntegerField()
    checked_wallets = models.PositiveIntegerField()
    checked_postings = models.PositiveBigIntegerField()
    finding_count = models.PositiveIntegerField(help_text="all of them; at most 500 are kept")
    checksum = models.CharField(max_length=64)
    xact_id = XactIdField()

    class Meta:
        default_related_name = "runs"
        constraints = [
            models.CheckConstraint(
                condition=Q(status="healthy", finding_count=0)
                | Q(status="failed", finding_count__gt=0),
                name="run_healthy_without_findings",
            ),
        ]
        indexes = [models.Index(fields=["started_at", "id"], name="run_by_start")]

    def __str__(self) -> str:
        return f"{self.id} {self.trigger} {self.status}"
