"""The audit trail."""

from django.conf import settings
from django.db import models

from coinhub.core.db import ClockTimestamp, XactIdField


class AuditEvent(models.Model):
    """One row is one thing somebody did: who, what, to what, before and after.

    Written in the transaction of the change; the database refuses to change or delete it.

    Personal data: ``actor``, ``address``.
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

    class Meta:
        indexes = [
            models.Index(fields=["object_type", "object_id"], name="audit_by_object"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.object_type} {self.object_id}"
