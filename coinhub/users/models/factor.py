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
    """One row counts a person's wrong codes since the last right one, and says until when to wait.

    Every check of a code holds this row, so that codes are tried one after another.

    Personal data: ``user``.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, primary_key=True, related_name="+"
    )
    failures = models.IntegerField(default=0, db_default=0)
    locked_until = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.failures} wrong codes"
