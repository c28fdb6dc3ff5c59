"""Who a customer says to be."""

from django.db import models
from django.db.models import Q

from coinhub.core.vault import SealedTextField
from kyc.models.case import Case


class IdKind(models.TextChoices):
    """The document that proves the identity."""

    PASSPORT = "passport", "Passport"
    ID_CARD = "id_card", "Identity card"
    LICENCE = "licence", "Driving licence"


class Details(models.Model):
    """One row is what a customer says of themselves in their case.

    Sealed with keys outside the database. The hashes are keyed; they find a second customer with
    the same tax number, or with the same name and birth date.

    Personal data: all of it.
    """

    IdKind = IdKind

    case = models.OneToOneField(
        Case, on_delete=models.PROTECT, related_name="details", primary_key=True
    )
    id_kind = models.CharField(max_length=8, choices=IdKind)
    full_name = SealedTextField()
    birth_date = SealedTextField()
    street = SealedTextField()
    city = SealedTextField()
    postcode = SealedTextField()
    country = SealedTextField()
    tax_id = SealedTextField()
    source_of_funds = SealedTextField()
    person_hash = models.BinaryField()
    tax_id_hash = models.BinaryField(null=True)
    consented_at = models.DateTimeField()
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(id_kind__in=IdKind.values), name="details_id_kind_known"
            ),
        ]
        indexes = [
            models.Index(fields=["person_hash"], name="details_by_person"),
            models.Index(fields=["tax_id_hash"], name="details_by_tax_id"),
        ]

    def __str__(self) -> str:
        return f"details of case {self.case_id}"
