"""Idempotency keys."""

from django.db import models

from coinhub.core.db import ClockTimestamp, XactIdField


class IdempotencyKey(models.Model):
    """One row is one request that a caller named and CoinHub answered for good.

    Written in the transaction of the money. The answer is emptied after 24 hours; the row stays for
    ever, so that a key is never executed twice.

    Personal data: ``caller``, ``response_body``.
    """

    id = models.BigAutoField(primary_key=True)
    shard = models.SmallIntegerField()
    caller = models.UUIDField()
    key = models.CharField(max_length=64)
    fingerprint = models.BinaryField(max_length=32)
    transaction = models.ForeignKey(
        "wallets.Transaction", null=True, on_delete=models.PROTECT, db_index=False, related_name="+"
    )
    response_status = models.SmallIntegerField(null=True)
    response_body = models.TextField(null=True)  # noqa: DJ001  # emptied, not an empty answer
    created_at = models.DateTimeField(db_default=ClockTimestamp())
    xact_id = XactIdField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["caller", "key", "shard"], name="idempotency_key_once_per_caller"
            ),
        ]
        indexes = [
            # What is to be emptied is found without reading all that was emptied before.
            models.Index(
                fields=["created_at"],
                condition=models.Q(response_body__isnull=False),
                name="idempotency_answer_kept",
            ),
        ]

    def __str__(self) -> str:
        return self.key
