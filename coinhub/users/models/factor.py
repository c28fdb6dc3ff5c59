"""The second factor: what makes a code work once, and what slows guessing down.

The factors themselves (the sealed TOTP secret, passkeys) are rows of allauth's ``Authenticator``.
"""

from django.conf import settings
from django.db import models

from coinhub.core.db import ClockTimestamp


class UsedCode(models.Model):
    """One row is a one-time code that was used: this factor, this time step, never again.

    Rows are only added. The number of the factor is kept without a reference, so that the row stays
    when the factor is removed; a new factor has a new number and a new secret.

    Personal data: none.
    """

    id = models.BigAutoField(primary_key=True)
    authenticator_id = models.BigIntegerField()
    step = models.BigIntegerField()
    used_at = models.DateTimeField(db_default=ClockTimestamp())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["authenticator_id", "step"], name="used_code_once"),
        ]

    def __str__(self) -> str:
        return f"step {self.step} of factor {self.authenticator_id}"


class RecoveryCode(models.Model):
    """One row is a recovery code of a person, kept as a keyed hash; ``used_at`` ends it.

    Personal data: ``user``.
    """

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    digest = models.BinaryField(max_length=32)
    created_at = models.DateTimeField(db_default=ClockTimestamp())
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "digest"], name="recovery_code_once"),
        ]

    def __str__(self) -> str:
        return f"recovery code {self.pk}"


class FactorLock(models.Model):
    """One row is held by every check of a person's codes, so that they are tried one by one.

    Personal data: ``user``.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, primary_key=True, related_name="+"
    )

    def __str__(self) -> str:
        return f"lock of {self.pk}"


class FactorTries(models.Model):
    """One row counts wrong codes for a person from one place, and says until when it waits.

    ``place`` is the keyed hash of a known device, of what is signed in, or of all strangers
    together. A right code from there deletes the row.

    Personal data: ``user``.
    """

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    place = models.BinaryField(max_length=32)
    failures = models.IntegerField(default=0, db_default=0)
    locked_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "place"], name="factor_tries_by_place"),
        ]

    def __str__(self) -> str:
        return f"{self.failures} wrong codes"
