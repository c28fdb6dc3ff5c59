"""Transactions: the business records customers see."""

from django.db import models
from django.db.models import F, Q
from django.db.models.lookups import Exact, IsNull

from coinhub.core.db import (
    ClockTimestamp,
    IsOneOf,
    MoneyColumn,
    Pair,
    XactIdField,
    are_numbers,
    is_one_of,
)

STATES: dict[str, tuple[str, ...]] = {
    "PENDING": (
        "authorised", "cooling", "pending_review", "pending_approval", "approved", "processing",
        "sent", "unknown",
    ),
    "HELD": ("held", "return_pending"),
    "COMPLETED": ("completed",),
    "FAILED": ("failed", "rejected", "expired"),
    "CANCELLED": ("cancelled", "recalled", "returned"),
    "REVERSED": ("reversed", "bounced"),
}  # fmt: skip


def status_of(state: str) -> str:
    """Say what the customer is told of a state."""
    return next(status for status, states in STATES.items() if state in states)


def _every_state_in_its_status() -> IsOneOf:
    fitting = (f"{status}.{state}" for status, states in STATES.items() for state in states)
    return is_one_of(Pair(F("status"), F("state")), fitting)


class Transaction(models.Model):
    """One row is one business operation a customer sees, with a status.

    It has one or more journals. Only ``status``, ``state`` and ``completed_at`` ever change, and
    only along the listed moves (a trigger refuses others). ``amount`` is what the payee is meant to
    get, ``fee`` comes on top; of a deposit ``amount`` is what arrived and the fee comes out of it.
    ``original`` is the payment that a refund or a reversal gives back, or whose fee an adjustment
    refunds. ``usd_value`` is what a
    customer's payment counts in the limits, at the price named in ``metadata``.

    Personal data: ``note``, ``reference``.
    """

    class Type(models.TextChoices):
        """What kind of operation it is."""

        DEPOSIT = "deposit"
        WITHDRAWAL = "withdrawal"
        TRANSFER = "transfer"
        REFUND = "refund"
        REVERSAL = "reversal"
        ADJUSTMENT = "adjustment"
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

    class State(models.TextChoices):
        """Where the operation stands; docs/states.md says which moves there are."""

        AUTHORISED = "authorised"
        COOLING = "cooling"
        PENDING_REVIEW = "pending_review"
        PENDING_APPROVAL = "pending_approval"
        APPROVED = "approved"
        PROCESSING = "processing"
        SENT = "sent"
        UNKNOWN = "unknown"
        HELD = "held"
        RETURN_PENDING = "return_pending"
        COMPLETED = "completed"
        FAILED = "failed"
        REJECTED = "rejected"
        EXPIRED = "expired"
        CANCELLED = "cancelled"
        RECALLED = "recalled"
        RETURNED = "returned"
        REVERSED = "reversed"
        BOUNCED = "bounced"

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
    original = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        db_index=False,
        related_name="corrections",
    )
    usd_value = MoneyColumn(null=True, blank=True)
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
                condition=_every_state_in_its_status(), name="transaction_state_fits_status"
            ),
            models.CheckConstraint(
                condition=Q(usd_value__gte=0) & are_numbers("usd_value"),  # or empty
                name="transaction_usd_value_in_range",
            ),
            models.CheckConstraint(
                condition=Q(type="adjustment")
                | Q(Exact(is_one_of("type", ["refund", "reversal"]), IsNull(F("original"), False))),
                name="transaction_gives_back_an_original",
            ),
        ]
        indexes = [
            models.Index(fields=["payer_wallet", "id"], name="transaction_by_payer"),
            models.Index(fields=["payee_wallet", "id"], name="transaction_by_payee"),
            models.Index(
                fields=["reference"], condition=~Q(reference=""), name="transaction_by_reference"
            ),
            models.Index(
                fields=["original"],
                condition=Q(original__isnull=False),
                name="transaction_by_original",
            ),
            models.Index(
                fields=["payer_wallet", "created_at"],
                condition=Q(usd_value__isnull=False),
                name="transaction_in_limits",
            ),
            models.Index(
                fields=["state", "id"],
                condition=Q(status__in=["PENDING", "HELD"]),
                name="transaction_open_by_state",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)
