"""Confirmations: a second factor that allows one exact operation."""

import uuid

from django.conf import settings
from django.db import models

from coinhub.core.db import ClockTimestamp


class Confirmation(models.Model):
    """One row asks a person to confirm one exact operation, and remembers the answer and its use.

    ``digest`` is the hash of who, what and every fact; ``facts`` are shown to the person in these
    very words. It is good for five minutes and for the one idempotency key in ``used_key``. Who
    asks, what for and until when never change: the application has no right to.

    Personal data: ``user``, ``facts``.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    command = models.CharField(max_length=40)
    facts = models.JSONField()
    digest = models.BinaryField(max_length=32)
    created_at = models.DateTimeField(db_default=ClockTimestamp())
    expires_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    method = models.CharField(max_length=20, blank=True)
    used_key = models.CharField(max_length=80, null=True, blank=True)  # noqa: DJ001  # none yet

    class Meta:
        indexes = [models.Index(fields=["user", "expires_at"], name="confirmation_by_user")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(used_key__isnull=True) | models.Q(confirmed_at__isnull=False),
                name="confirmation_used_after_confirmed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.command} {self.pk}"
