"""Limits: how much a customer may move."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThanOrEqual

from coinhub.core.db import ClockTimestamp, MoneyColumn, are_numbers

MOST_DAYS = 90  # an exception for one customer ends
SHORTEST_REASON = 10


class Limit(models.Model):
    """One row is one limit, for everybody, for a tier or for one customer, from a moment on.

    Of the rows that are valid the newest counts: the customer's own before the tier's. The row for
    everybody is the platform's ceiling, above which neither may go. Never changed: another limit
    is another row.

    Personal data: ``customer``, ``reason``, ``created_by``.
    """

    class Name(models.TextChoices):
        """What is limited; all but the count are US dollars."""

        PER_PAYMENT_MIN = "per_payment_min", "least per payment, USD"
        PER_PAYMENT_MAX = "per_payment_max", "most per payment, USD"
        VOLUME_24H = "volume_24h", "volume in 24 hours, USD"
        PAYMENTS_1H = "payments_1h", "payments in an hour"
        WITHDRAWALS_24H = "withdrawals_24h", "withdrawals in 24 hours, USD"

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=20, choices=Name)
    tier = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="0 to 2; empty: every tier"
    )
    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="empty: everybody",
    )
    maximum = MoneyColumn(verbose_name="figure")
    valid_from = models.DateTimeField(
        blank=True, db_default=ClockTimestamp(), help_text="UTC; empty: from now on"
    )
    expires_at = models.DateTimeField(
        null=True, blank=True, help_text="UTC; for one customer, at most 90 days"
    )
    reason = models.CharField(max_length=200, blank=True)
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
                condition=Q(
                    name__in=[
                        "per_payment_min",
                        "per_payment_max",
                        "volume_24h",
                        "payments_1h",
                        "withdrawals_24h",
                    ]
                ),
                name="limit_name_known",
            ),
            models.CheckConstraint(
                condition=Q(maximum__gte=0) & are_numbers("maximum"),
                name="limit_is_a_number_not_below_zero",
            ),
            models.CheckConstraint(
                condition=Q(tier__isnull=True, customer__isnull=True)
                | Q(tier__lte=2, customer__isnull=True)
                | Q(tier__isnull=True, customer__isnull=False),
                name="limit_for_all_or_a_tier_or_one",
            ),
            models.CheckConstraint(
                condition=Q(customer__isnull=True, expires_at__isnull=True)
                | Q(
                    customer__isnull=False,
                    expires_at__gt=F("valid_from"),
                    expires_at__lte=F("valid_from") + timedelta(days=MOST_DAYS),
                )
                & Q(GreaterThanOrEqual(Length("reason"), SHORTEST_REASON)),
                name="limit_of_one_ends_and_has_a_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["expires_at"], condition=Q(customer__isnull=False), name="limit_of_one"
            ),
        ]

    def __str__(self) -> str:
        whose = self.customer or ("everybody" if self.tier is None else f"tier {self.tier}")
        return f"{self.name} of {whose}"
