"""Tokens of the API: opaque, kept as keyed hashes only."""

from django.conf import settings
from django.db import models

from coinhub.core.db import ClockTimestamp


class AccessToken(models.Model):
    """One row lets its holder act as a person for a few minutes.

    Deleting the row ends it at once. ``stamp`` stands for the password at the time of sign-in:
    another password, another stamp, and the token is worth nothing.

    Personal data: ``user``.
    """

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    digest = models.BinaryField(max_length=32)
    family = models.UUIDField()
    stamp = models.BinaryField(max_length=32)
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(db_default=ClockTimestamp())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["digest"], name="access_token_digest_once"),
        ]
        indexes = [models.Index(fields=["family"], name="access_token_by_family")]

    def __str__(self) -> str:
        return f"access token {self.pk}"


class RefreshToken(models.Model):
    """One row can be changed once for a new pair of tokens of its family.

    All tokens that go back to one sign-in are a family. A token shown a second time was stolen or
    copied, so that use ends the whole family. Used rows stay until they expire, to know them again.

    Personal data: ``user``.
    """

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    digest = models.BinaryField(max_length=32)
    family = models.UUIDField()
    stamp = models.BinaryField(max_length=32)
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(db_default=ClockTimestamp())
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["digest"], name="refresh_token_digest_once"),
        ]
        indexes = [models.Index(fields=["family", "id"], name="refresh_token_by_family")]

    def __str__(self) -> str:
        return f"refresh token {self.pk}"
