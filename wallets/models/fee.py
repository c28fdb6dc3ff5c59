"""Fees: what an operation costs the customer."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from coinhub.core.db import ClockTimestamp, MoneyColumn, are_numbers


class Fee(models.Model):
    """One row is the fee of one kind of operation, in one currency or in all, from a moment on.

    The fee is ``fixed`` plus ``bps`` hundredths of a percent of the amount, at least ``minimum``
    and at most ``maximum``. The newest row that is valid counts, one for the currency before one
    for all. Never changed: another fee is another row.

    Personal data: ``created_by``.
    """

    class Operation(models.TextChoices):
        """What is charged for."""

        DEPOSIT = "deposit"
        WITHDRAWAL = "withdrawal"
        TRANSFER = "transfer"
        SWAP = "swap"
        P2P = "p2p", "P2P"

    id = models.BigAutoField(primary_key=True)
    operation = models.CharField(max_length=10, choices=Operation)
    currency = models.ForeignKey(
        "wallets.Currency",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="empty: every currency but points",
    )
    fixed = MoneyColumn(default=0, db_default=0)
    bps = models.PositiveIntegerField(
        default=0, db_default=0, help_text="hundredths of a percent of the amount"
    )
    minimum = MoneyColumn(default=0, db_default=0)
    maximum = MoneyColumn(null=True, blank=True, help_text="empty: no maximum")
    valid_from = models.DateTimeField(
        blank=True, db_default=ClockTimestamp(), help_text="UTC; empty: from now on"
    )
    created_at = models.DateTimeField(db_default=ClockTimestamp())
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(operation__in=["deposit", "withdrawal", "transfer", "swap", "p2p"]),
                name="fee_operation_known",
            ),
            models.CheckConstraint(
                condition=Q(fixed__gte=0, minimum__gte=0)
                & (Q(maximum__isnull=True) | Q(maximum__gte=F("minimum")))
                & are_numbers("fixed", "minimum", "maximum"),
                name="fee_amounts_in_range",
            ),
            models.CheckConstraint(condition=Q(bps__lte=10_000), name="fee_at_most_the_whole"),
            models.CheckConstraint(
                condition=Q(currency__isnull=False) | Q(fixed=0, minimum=0, maximum__isnull=True),
                name="fee_for_all_currencies_is_a_rate",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.operation} {self.currency_id or 'every currency'}"
