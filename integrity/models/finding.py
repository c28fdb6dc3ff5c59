"""Findings of the integrity check."""

from django.conf import settings
from django.db import models


class Finding(models.Model):
    """One row is one thing wrong in the ledger: which source is wrong, and the smallest place.

    A consequence follows from a cause found in the same run (a changed posting unbalances its
    journal); ``is_cause`` tells them apart. The ids are numbers without a reference, because what
    they name may be what is missing.

    Personal data: ``owner``.
    """

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey("integrity.Run", on_delete=models.PROTECT, related_name="findings")
    check_name = models.CharField(max_length=40, help_text="the promise that is broken")
    source = models.CharField(max_length=60, help_text="what is wrong")
    is_cause = models.BooleanField(default=True)
    place = models.CharField(max_length=200, help_text="the smallest place")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    currency = models.CharField(max_length=12, blank=True)
    wallet_id = models.BigIntegerField(null=True, blank=True)
    journal_id = models.BigIntegerField(null=True, blank=True)
    posting_id = models.BigIntegerField(null=True, blank=True)
    hold_id = models.BigIntegerField(null=True, blank=True)
    seq = models.BigIntegerField(null=True, blank=True)
    figures = models.JSONField(default=dict, help_text="amounts as strings")

    class Meta:
        default_related_name = "findings"

    def __str__(self) -> str:
        return f"{self.source}: {self.place}"
