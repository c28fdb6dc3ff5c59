"""What a customer shows."""

import uuid

from django.db import models
from django.db.models import Q

from coinhub.core.db import ClockTimestamp
from kyc.models.case import Case


class Kind(models.TextChoices):
    """What a document is to prove."""

    ID_FRONT = "id_front", "Identity document, front"
    ID_BACK = "id_back", "Identity document, back"
    SELFIE = "selfie", "Photo of yourself"
    PROOF_OF_ADDRESS = "proof_of_address", "Proof of address"
    TAX_ID = "tax_id", "Tax number"


class Document(models.Model):
    """One row is one version of one document of a case; the newest of a kind is the current one.

    What was uploaded is never kept: ``DocumentFile`` holds a picture that was made of it.
    ``upload_hash`` is a keyed hash of what was uploaded; it finds the same file with somebody else.

    Personal data: that it exists; the picture is in ``DocumentFile``.
    """

    Kind = Kind

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=16, choices=Kind)
    upload_type = models.CharField(max_length=4)
    upload_hash = models.BinaryField()
    size = models.PositiveIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    pages = models.PositiveSmallIntegerField(default=1)
    uploaded_at = models.DateTimeField(db_default=ClockTimestamp())
    submitted_at = models.DateTimeField(null=True, blank=True)
    replaced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="document_kind_known"),
            models.UniqueConstraint(
                fields=["case", "kind"],
                condition=Q(replaced_at__isnull=True),
                name="document_one_current_of_a_kind",
            ),
        ]
        indexes = [models.Index(fields=["upload_hash"], name="document_by_upload")]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class DocumentFile(models.Model):
    """One row is the sealed picture of a document, with the sealed key of its own.

    A version that was replaced before it was ever submitted has none any more.

    Personal data: all of it, sealed with keys outside the database.
    """

    document = models.OneToOneField(
        Document, on_delete=models.PROTECT, related_name="file", primary_key=True
    )
    sealed_key = models.BinaryField()
    sealed = models.BinaryField()

    def __str__(self) -> str:
        return f"picture of {self.document_id}"
