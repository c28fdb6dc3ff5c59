"""The audit trail."""

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex, GinIndex
from django.db import models
from django.db.models import F, Q

from coinhub.core.db import ClockTimestamp, XactIdField


class AuditEvent(models.Model):
    """One row is one thing somebody did: who, what, to what, before and after.

    Written in the transaction of the change; the database refuses to change or delete it, and gives
    it the SHA-256 of all its columns (``coinhub.events.checksum`` says how).

    Personal data: ``actor``, ``address``; in ``after`` what staff searched a list for, and whose
    rows they saw.
    """

    id = models.BigAutoField(primary_key=True)
    shard = models.SmallIntegerField()
    occurred_at = models.DateTimeField(db_default=ClockTimestamp())
    actor_kind = models.CharField(max_length=10)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    address = models.GenericIPAddressField(null=True, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    action = models.CharField(max_length=60)
    object_type = models.CharField(max_length=40)
    object_id = models.CharField(max_length=60)
    before = models.JSONField(null=True, blank=True)
    after = models.JSONField(null=True, blank=True)
    xact_id = XactIdField()
    checksum = models.BinaryField(max_length=32, default=b"", editable=False)  # by a trigger

    class Meta:
        indexes = [
            models.Index(fields=["object_type", "object_id"], name="audit_by_object"),
            models.Index(
                fields=["actor", "id"], condition=Q(actor_kind="staff"), name="audit_by_staff"
            ),
            BrinIndex(fields=["occurred_at"], name="audit_by_time"),
            GinIndex(
                F("after__customers"),
                condition=Q(after__has_key="customers"),
                name="audit_by_customer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.object_type} {self.object_id}"
