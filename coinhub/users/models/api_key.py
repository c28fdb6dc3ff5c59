"""Keys by which a customer's programs call the API."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from coinhub.core.db import ClockTimestamp, MoneyColumn, are_numbers


class ApiKey(models.Model):
    """One row lets a program act for a customer within its scopes until it expires or is revoked.

    A suspended one does nothing until its owner lets it go on with the second factor.

    Only a keyed hash of the key is kept; ``hint`` is its beginning, to know it by. An empty list of
    networks allows every address. ``spend_cap_usd`` bounds what it may move in any 24 hours.

    Personal data: ``user``, ``label``, ``networks``.
    """

    class Scope(models.TextChoices):
        READ = "read", "read"
        TRANSFER = "transfer", "transfer"
        WITHDRAW = "withdraw", "withdraw"
        TRADE = "trade", "trade"

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    label = models.CharField(max_length=60)
    hint = models.CharField(max_length=20)
    digest = models.BinaryField(max_length=32)
    scopes = ArrayField(models.CharField(max_length=12))
    networks = ArrayField(models.CharField(max_length=43), default=list)
    spend_cap_usd = MoneyColumn(null=True, blank=True)
    created_at = models.DateTimeField(db_default=ClockTimestamp())
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    suspended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["digest"], name="api_key_digest_once"),
            models.CheckConstraint(
                condition=Q(scopes__contained_by=["read", "transfer", "withdraw", "trade"])
                & Q(scopes__len__gt=0),
                name="api_key_scopes_known",
            ),
            models.CheckConstraint(
                condition=Q(spend_cap_usd__isnull=True) | Q(spend_cap_usd__gt=0),
                name="api_key_cap_positive",
            ),
            models.CheckConstraint(
                condition=are_numbers("spend_cap_usd"), name="api_key_cap_is_a_number"
            ),
        ]
        indexes = [models.Index(fields=["user", "id"], name="api_key_by_user")]

    def __str__(self) -> str:
        return self.label


class ApiKeySpend(models.Model):
    """One row is what a key with a cap moved at one moment, in USD.

    Personal data: none but through the key.
    """

    id = models.BigAutoField(primary_key=True)
    api_key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="+")
    usd = MoneyColumn()
    spent_at = models.DateTimeField(db_default=ClockTimestamp())

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(usd__gt=0), name="api_key_spend_positive"),
            models.CheckConstraint(condition=are_numbers("usd"), name="api_key_spend_is_a_number"),
        ]
        indexes = [models.Index(fields=["api_key", "spent_at"], name="api_key_spend_by_time")]

    def __str__(self) -> str:
        return f"{self.usd} USD"
