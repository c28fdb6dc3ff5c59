"""Receipts: what rails told of money that came in."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from coinhub.core.db import ClockTimestamp, MoneyColumn, are_numbers


class Receipt(models.Model):
    """One row is one arrival of money at a rail, known by the rail's own reference.

    However often and in whatever order a rail tells of it, there is one row and at most one
    Transaction. Amount and currency never change; ``account`` is whose it is by the rail's words,
    ``customer`` whose it is by ours.

    Personal data: ``customer``, ``account``.
    """

    class State(models.TextChoices):
        """Where an arrival stands; all but the first and ``credited`` are ends."""

        DETECTED = "detected"
        CREDITED = "credited"
        UNMATCHED = "unmatched"
        BELOW_MINIMUM = "below_minimum"
        DROPPED = "dropped"
        RETURNED = "returned"

    id = models.BigAutoField(primary_key=True)
    rail = models.CharField(max_length=20)
    external_ref = models.CharField(max_length=200)
    account = models.CharField(max_length=200, blank=True)
    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="receipts",
    )
    amount = MoneyColumn()
    currency = models.ForeignKey("wallets.Currency", on_delete=models.PROTECT, related_name="+")
    confirmations = models.PositiveIntegerField(default=0, db_default=0)
    state = models.CharField(max_length=13, choices=State, default=State.DETECTED)
    transaction = models.ForeignKey(
        "wallets.Transaction",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        db_constraint=False,
        related_name="receipts",
    )
    created_at = models.DateTimeField(db_default=ClockTimestamp())
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rail", "external_ref"], name="receipt_once_per_rail_and_reference"
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0) & are_numbers("amount"), name="receipt_amount_in_range"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["detected", "dropped"], transaction__isnull=True)
                | Q(
                    state__in=["credited", "unmatched", "below_minimum", "returned"],
                    transaction__isnull=False,
                    settled_at__isnull=False,
                ),
                name="receipt_is_booked_when_it_is_settled",
            ),
            models.CheckConstraint(
                condition=~Q(rail="") & ~Q(external_ref=""), name="receipt_has_a_reference"
            ),
        ]
        indexes = [models.Index(fields=["customer", "-id"], name="receipt_by_customer")]

    def __str__(self) -> str:
        return f"{self.rail} {self.external_ref}"
