"""Destinations: the address book of a customer, for money that leaves."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from coinhub.core.db import ClockTimestamp
from coinhub.core.vault import SealedTextField


class Destination(models.Model):
    """One row is one place outside to which a customer may withdraw one currency.

    Never edited: a change is a new row. It is pending until ``active_from``, then active, until
    ``archived_at`` ends it; the three are read off the two times by the database's clock. Address
    and memo are sealed; ``fingerprint`` finds the same place again without opening them.

    Personal data: ``customer``, ``label``, ``address``, ``memo``, ``masked``, ``fingerprint``.
    """

    class Status(models.TextChoices):
        """A withdrawal to a pending destination waits until it is active."""

        PENDING = "pending"
        ACTIVE = "active"
        ARCHIVED = "archived"

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(editable=False, unique=True)
    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="destinations"
    )
    label = models.CharField(max_length=60)
    currency = models.ForeignKey("wallets.Currency", on_delete=models.PROTECT, related_name="+")
    network = models.CharField(max_length=20)
    address = SealedTextField()
    memo = SealedTextField(null=True, blank=True)
    fingerprint = models.BinaryField(max_length=32)
    masked = models.CharField(max_length=40)
    is_own = models.BooleanField(default=False, help_text="belongs to the customer")
    created_at = models.DateTimeField(db_default=ClockTimestamp())
    active_from = models.DateTimeField()
    archived_at = models.DateTimeField(null=True, blank=True)

    status: str  # worked out by the selectors, with the database's clock

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "currency", "network", "fingerprint"],
                condition=Q(archived_at__isnull=True),
                name="destination_once_while_it_is_open",
            ),
            models.CheckConstraint(
                condition=Q(archived_at__isnull=True) | Q(archived_at__gte=F("created_at")),
                name="destination_archived_after_it_was_made",
            ),
            models.CheckConstraint(
                condition=~Q(label="") & ~Q(masked=""), name="destination_has_a_name"
            ),
        ]
        indexes = [models.Index(fields=["customer", "id"], name="destination_by_customer")]

    def __str__(self) -> str:
        return f"{self.label} ({self.masked})"
