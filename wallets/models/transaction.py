"""Transactions: the business records customers see."""

from django.db import models
from django.db.models import Q

from coinhub.core.db import ClockTimestamp, MoneyColumn, XactIdField, are_numbers


class Transaction(models.Model):
    """One row is one business operation a customer sees, with a status.

    It has one or more journals. Only ``status``, ``state`` and ``completed_at`` ever change, and
    only along the listed moves (a trigger refuses others). ``amount`` is what the payee is meant to
    get, ``fee`` comes on top.

    Personal data: ``note``, ``reference``.
    """

    class Type(models.TextChoices):
        """What kind of operation it is."""

        DEPOSIT = "deposit"
        WITHDRAWAL = "withdrawal"
        TRANSFER = "transfer"
        HOLD = "hold"
        FUNDING = "funding"
        IMPORT = "import"

    class Status(models.TextChoices):
        """What the customer is told."""

        PENDING = "PENDING"
        HELD = "HELD"
        COMPLETED = "COMPLETED"
        FAILED = "FAILED"
        CANCELLED = "CANCELLED"
        REVERSED = "REVERSED"

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(editable=False)
    shard = models.SmallIntegerField()
    type = models.CharField(max_length=12, choices=Type)
    status = models.CharField(max_length=9, choices=Status)
    state = models.CharField(max_length=20)
    amount = MoneyColumn()
    fee = MoneyColumn(default=0, db_default=0)
    currency = models.ForeignKey(
        "wallets.Currency",
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    payer_wallet = models.ForeignKey(
        "wallets.Wallet", on_delete=models.PROTECT, db_index=False, related_name="payments_out"
    )
    payee_wallet = models.ForeignKey(
        "wallets.Wallet", on_delete=models.PROTECT, db_index=False, related_name="payments_in"
    )
    reference = models.CharField(max_length=140, blank=True)
    note = models.CharField(max_length=140, blank=True)
    metadata = models.JSONField(default=dict, db_default={})
    created_at = models.DateTimeField(db_default=ClockTimestamp())
    completed_at = models.DateTimeField(null=True, blank=True)
    xact_id = XactIdField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["public_id", "shard"], name="transaction_public_id_once"
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0, fee__gte=0) & are_numbers("amount", "fee"),
                name="transaction_amounts_in_range",
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=["PENDING", "HELD", "COMPLETED", "FAILED", "CANCELLED", "REVERSED"]
                ),
                name="transaction_status_known",
            ),
        ]
        indexes = [
            models.Index(fields=["payer_wallet", "id"], name="transaction_by_payer"),
            models.Index(fields=["payee_wallet", "id"], name="transaction_by_payee"),
            models.Index(
                fields=["reference"], condition=~Q(reference=""), name="transaction_by_reference"
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)
