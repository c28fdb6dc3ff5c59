"""Holds: why money is held or locked, until when, for what."""

from django.db import models
from django.db.models import F, Q

from coinhub.core.db import ClockTimestamp, MoneyColumn, XactIdField, are_numbers


class Hold(models.Model):
    """One row says why part of a wallet is held or locked.

    The open holds of a wallet sum to its ``held`` and ``locked`` balances. A hold in ``held`` is
    released when all its conditions are cleared; a hold in ``locked`` belongs to one operation.
    Only the ledger's functions write here.

    Personal data: none.
    """

    class State(models.TextChoices):
        """A hold is open until it ends in exactly one way."""

        OPEN = "open"
        CAPTURED = "captured"
        VOIDED = "voided"
        RELEASED = "released"
        EXPIRED = "expired"

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(editable=False)
    shard = models.SmallIntegerField()
    wallet = models.ForeignKey("wallets.Wallet", on_delete=models.PROTECT, db_index=False)
    transaction = models.ForeignKey("wallets.Transaction", on_delete=models.PROTECT)
    balance_type = models.CharField(max_length=9, choices=[("held", "held"), ("locked", "locked")])
    amount = MoneyColumn()
    remaining = MoneyColumn()
    purpose = models.CharField(max_length=30)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    created_at = models.DateTimeField(db_default=ClockTimestamp())
    expires_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    xact_id = XactIdField()

    class Meta:
        default_related_name = "holds"
        constraints = [
            models.UniqueConstraint(fields=["public_id", "shard"], name="hold_public_id_once"),
            models.CheckConstraint(
                condition=Q(amount__gt=0)
                & are_numbers("amount", "remaining")
                & Q(remaining__gte=0, remaining__lte=F("amount")),
                name="hold_amounts_in_range",
            ),
            models.CheckConstraint(
                condition=Q(state="open", remaining__gt=0, ended_at__isnull=True)
                | Q(state__in=["captured", "voided", "released", "expired"], remaining=0)
                & Q(ended_at__isnull=False),
                name="hold_open_or_ended",
            ),
            models.CheckConstraint(
                condition=Q(balance_type__in=["held", "locked"]), name="hold_balance_type_known"
            ),
        ]
        indexes = [
            models.Index(fields=["wallet"], condition=Q(state="open"), name="hold_open_by_wallet"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.purpose}"


class HoldCondition(models.Model):
    """One row is one condition that must be cleared before a hold is released.

    It is cleared only when what it waits for is so: a trigger looks.

    Personal data: ``cleared_by``.
    """

    class Code(models.TextChoices):
        """What a hold may wait for."""

        KYC = "kyc"
        COMPLIANCE = "compliance"
        PAUSED = "paused"
        REVERSAL = "reversal"

    id = models.BigAutoField(primary_key=True)
    shard = models.SmallIntegerField()
    hold = models.ForeignKey(
        Hold, on_delete=models.PROTECT, db_index=False, related_name="conditions"
    )
    code = models.CharField(max_length=20, choices=Code)
    opened_at = models.DateTimeField(db_default=ClockTimestamp())
    cleared_at = models.DateTimeField(null=True, blank=True)
    cleared_by = models.UUIDField(null=True, blank=True)
    note = models.CharField(max_length=200, blank=True, db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["hold", "code", "shard"], name="hold_condition_once_per_code"
            ),
            models.CheckConstraint(
                condition=Q(code__in=["kyc", "compliance", "paused", "reversal"]),
                name="hold_condition_known",
            ),
        ]

    def __str__(self) -> str:
        return self.code
