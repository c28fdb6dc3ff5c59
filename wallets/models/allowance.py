"""Allowances: the row that is locked while a customer's limits are looked at."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models


class Allowance(models.Model):
    """One row is one customer's place in the limits: who holds it may use them, others wait.

    What is used stands in the transactions; here are only the latest failures and the pause after
    three of them.

    Personal data: ``customer``.
    """

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    shard = models.SmallIntegerField()
    failures = ArrayField(models.DateTimeField(), default=list, db_default=[])
    paused_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "shard"], name="allowance_once_per_customer"
            ),
        ]

    def __str__(self) -> str:
        return str(self.customer_id)
