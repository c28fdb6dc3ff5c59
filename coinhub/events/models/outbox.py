"""The outbox."""

from django.db import models

from coinhub.core.db import ClockTimestamp, XactIdField


class OutboxEvent(models.Model):
    """One row is one fact to tell others, written in the transaction that made it true.

    A relay tells it after the commit and stamps ``relayed_at``.

    Personal data: none beyond public ids in ``payload``.
    """

    id = models.BigAutoField(primary_key=True)
    shard = models.SmallIntegerField()
    type = models.CharField(max_length=60)
    object_id = models.CharField(max_length=60)
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_default=ClockTimestamp())
    xact_id = XactIdField()
    relayed_at = models.DateTimeField(null=True, blank=True)
    attempts = models.SmallIntegerField(default=0, db_default=0)

    class Meta:
        indexes = [
            models.Index(
                fields=["id"], condition=models.Q(relayed_at__isnull=True), name="outbox_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.object_id}"
