"""Withdrawals: how money leaves, besides the Transaction that says what it moves."""

from django.db import models
from django.db.models import Q

from coinhub.core.db import ClockTimestamp, MoneyColumn, are_numbers


class Withdrawal(models.Model):
    """One row says where the money of one withdrawal goes, and when somebody looks at it next.

    Where it stands is the state of its Transaction. ``next_at`` is when the worker has something to
    do with it; empty: nothing, unless somebody decides or the rail tells us. ``why`` is what the
    customer is told of a refusal or failure.

    Personal data: ``why``.
    """

    class FeeMode(models.TextChoices):
        """Whether the fee comes on top of what was asked for, or out of it."""

        ON_TOP = "on_top"
        INSIDE = "inside"

    id = models.BigAutoField(primary_key=True)
    transaction = models.OneToOneField(
        "wallets.Transaction",
        on_delete=models.PROTECT,
        db_constraint=False,
        related_name="withdrawal",
    )
    destination = models.ForeignKey(
        "wallets.Destination", on_delete=models.PROTECT, related_name="withdrawals"
    )
    rail = models.CharField(max_length=20)
    fee_mode = models.CharField(max_length=6, choices=FeeMode, default=FeeMode.ON_TOP)
    created_at = models.DateTimeField(db_default=ClockTimestamp())
    next_at = models.DateTimeField(null=True, blank=True)
    looks = models.PositiveIntegerField(
        default=0, db_default=0, help_text="times the rail was asked since the state began"
    )
    unclear_since = models.DateTimeField(null=True, blank=True)
    reported_at = models.DateTimeField(
        null=True, blank=True, help_text="when staff were told that it is stuck"
    )
    external_ref = models.CharField(max_length=200, blank=True, db_default="")
    cost = MoneyColumn(null=True, blank=True, help_text="what the rail took, once it is booked")
    why = models.CharField(max_length=200, blank=True, db_default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(cost__isnull=True) | Q(cost__gte=0) & are_numbers("cost"),
                name="withdrawal_cost_in_range",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_at", "id"],
                condition=Q(next_at__isnull=False),
                name="withdrawal_due",
            ),
            models.Index(fields=["destination", "id"], name="withdrawal_by_destination"),
        ]

    def __str__(self) -> str:
        return f"withdrawal {self.transaction_id}"


class WithdrawalAttempt(models.Model):
    """One row is one try to have a withdrawal paid, written before the rail is asked.

    The next number is used only after the rail has refused this one for good: under one reference
    a rail pays once, so sending it again is safe and sending another one is not.

    Personal data: none.
    """

    class Outcome(models.TextChoices):
        """What came of it; empty while nobody knows."""

        OPEN = "", "open"
        SENT = "sent"
        REFUSED = "refused"
        UNCLEAR = "unclear"

    id = models.BigAutoField(primary_key=True)
    withdrawal = models.ForeignKey(Withdrawal, on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveIntegerField()
    reference = models.CharField(max_length=60, unique=True)
    made_at = models.DateTimeField(db_default=ClockTimestamp())
    outcome = models.CharField(max_length=7, choices=Outcome, blank=True, db_default="")
    said = models.CharField(max_length=200, blank=True, db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["withdrawal", "number"], name="withdrawal_attempt_once_per_number"
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1), name="withdrawal_attempt_numbers_begin_at_one"
            ),
        ]

    def __str__(self) -> str:
        return self.reference
