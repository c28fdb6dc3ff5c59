"""Confirmations: a second factor that allows one exact operation."""

import base64
import json
import uuid
from typing import Any

from django.conf import settings
from django.db import models

from coinhub.core import vault
from coinhub.core.db import ClockTimestamp

PURPOSE = "users_confirmation.facts"
SIGN_IN = "token.issue"  # asked of a passkey alone, and shown in no list


class SealedFactsField(models.JSONField):
    """Facts that are sealed in the column and plain in Python: a new address is among them.

    What was written before it was sealed is read as it is.
    """

    def deconstruct(self) -> Any:
        """Say what it is to the database, which sees JSON as before."""
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Seal what is written."""
        sealed = vault.seal(json.dumps(value).encode(), purpose=PURPOSE)
        text = base64.b64encode(sealed).decode("ascii")
        return super().get_db_prep_value(text, connection, prepared)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """Unseal what was read."""
        found = super().from_db_value(value, expression, connection)
        if not isinstance(found, str):
            return found
        return json.loads(vault.unseal(base64.b64decode(found), purpose=PURPOSE))


class Confirmation(models.Model):
    """One row asks a person to confirm one exact operation, and remembers the answer and its use.

    ``digest`` is the hash of who, what and every fact; ``facts`` are shown to the person in these
    very words. It is good for five minutes and for the one idempotency key in ``used_key``. Who
    asks, what for and until when never change: the application has no right to.

    Personal data: ``user``, ``facts`` (sealed).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    command = models.CharField(max_length=40)
    facts = SealedFactsField()
    digest = models.BinaryField(max_length=32)
    created_at = models.DateTimeField(db_default=ClockTimestamp())
    expires_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    method = models.CharField(max_length=20, blank=True)
    used_key = models.CharField(max_length=80, null=True, blank=True)  # noqa: DJ001  # none yet

    class Meta:
        indexes = [models.Index(fields=["user", "expires_at"], name="confirmation_by_user")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(used_key__isnull=True) | models.Q(confirmed_at__isnull=False),
                name="confirmation_used_after_confirmed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.command} {self.pk}"
