"""Journals: immutable accounting records."""

from django.db import models

from coinhub.core.db import ClockTimestamp, XactIdField


class Journal(models.Model):
    """One row is one accounting record whose postings sum to zero in every currency.

    ``transition_key`` names the step of the operation: each step is booked once, ever.
    Never changed, never deleted: a correction is a new journal.

    Personal data: none.
    """

    id = models.BigAutoField(primary_key=True)
    shard = models.SmallIntegerField()
    kind = models.CharField(max_length=30)
    transaction = models.ForeignKey(
        "wallets.Transaction", on_delete=models.PROTECT, db_index=False, related_name="journals"
    )
    transition_key = models.CharField(max_length=80)
    booked_at = models.DateTimeField(db_default=ClockTimestamp())
    value_date = models.DateField()
    metadata = models.JSONField(default=dict, db_default={})
    xact_id = XactIdField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["transaction", "transition_key", "shard"],
                name="journal_step_booked_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.kind}"
