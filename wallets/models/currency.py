"""Currencies as rows."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from coinhub.core.money import SCALE


class Currency(models.Model):
    """One row is one currency that wallets can be opened in.

    ``decimals`` never changes once the row exists: every amount in the ledger was checked by it.

    Personal data: none.
    """

    class Kind(models.TextChoices):
        """What the currency is."""

        FIAT = "fiat"
        CRYPTO = "crypto"
        POINTS = "points"

    code = models.CharField(
        primary_key=True,
        max_length=12,
        validators=[RegexValidator(r"\A[A-Z][A-Z0-9]{1,11}\Z", "2 to 12 capital letters, digits")],
    )
    name = models.CharField(max_length=60)
    decimals = models.PositiveSmallIntegerField(help_text="0 to 18; can never be changed")
    kind = models.CharField(max_length=6, choices=Kind)
    position = models.PositiveSmallIntegerField(default=100, help_text="place in lists")

    class Meta:
        verbose_name_plural = "currencies"
        constraints = [
            models.CheckConstraint(
                condition=Q(decimals__gte=0, decimals__lte=SCALE),
                name="currency_decimals_0_to_18",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["fiat", "crypto", "points"]), name="currency_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def needs_kyc(self) -> bool:
        """Points are no money and need no identity check."""
        return self.kind != self.Kind.POINTS
