"""Documents: taken in as pictures of ours, sealed, shown to few, every look on record."""

import hashlib
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Count, Sum
from django.utils import timezone

from coinhub.core import vault
from coinhub.core.actor import Actor
from coinhub.core.errors import NotYours
from coinhub.events import audit
from coinhub.users import roles
from coinhub.users.models import User
from kyc import requirements
from kyc.models import Case, Document, DocumentFile
from kyc.models.case import State
from kyc.pictures import watermark
from kyc.pictures.process import Picture, make_picture
from kyc.pictures.refused import Refused
from kyc.refusals import CaseLocked, DocumentNotAskedFor, DocumentRefused, DocumentsTooMany
from kyc.selectors import cases
from kyc.services.cases import begin
from kyc.services.moves import lock_case

UPLOAD = "kyc.upload"  # purpose of the keyed hash
log = structlog.get_logger(__name__)


def add_document(*, customer_id: UUID, kind: str, name: str, data: bytes, actor: Actor) -> Document:
    """Take a document of the customer's in, in place of the one of its kind.

    The file is read before the transaction; what is kept is a picture made of it, sealed with a key
    of its own. A version that was submitted stays; one that was not is erased.

    Atomic: opens its own transaction.
    Repeat: another version.
    Writes: Document, DocumentFile, AuditEvent; Decision when the case begins with it.
    Raises: DocumentRefused, CaseLocked, RestartTooEarly, DocumentNotAskedFor, DocumentsTooMany,
        Unavailable.
    """
    known = cases.find_case(customer_id)
    if known is not None:
        _require_open(known, kind)
    try:
        picture = make_picture(name=name, data=data)
    except Refused as refusal:
        log.info("document_refused", reason=refusal.reason, customer=str(customer_id))
        raise DocumentRefused(refusal.reason, str(refusal)) from None
    with transaction.atomic(durable=True):
        case = lock_case(customer_id)
        if case.state != State.CHANGES_REQUESTED:
            begin(case, actor=actor)
        _require_open(case, kind)
        _require_room(case, picture)
        _replace(case, kind)
        document = _keep(case, kind, picture, data)
        audit.record(
            actor=actor,
            action="kyc.document_added",
            object_type="kyc_document",
            object_id=str(document.pk),
            after={"kind": kind, "type": picture.kind, "size": len(picture.data)},
        )
    return document


def _require_open(case: Case, kind: str) -> None:
    """Refuse what cannot be sent now.

    Raises: CaseLocked, DocumentNotAskedFor.
    """
    if case.state in (State.NOT_STARTED, State.DRAFT, State.REJECTED):
        if kind in cases.settled(case):
            raise DocumentNotAskedFor
        return
    if case.state != State.CHANGES_REQUESTED:
        raise CaseLocked
    current = {document.kind: document for document in cases.documents_of(case)}
    asked = {one.document.kind for one in cases.asked_again(case)}
    if kind not in asked and (kind not in current or current[kind].submitted_at is not None):
        raise DocumentNotAskedFor


def _require_room(case: Case, picture: Picture) -> None:
    kept = DocumentFile.objects.filter(document__case=case).aggregate(
        files=Count("pk"), size=Sum("document__size")
    )
    if (
        kept["files"] >= requirements.MOST_FILES
        or (kept["size"] or 0) + len(picture.data) > requirements.MOST_BYTES
    ):
        raise DocumentsTooMany


def _replace(case: Case, kind: str) -> None:
    old = Document.objects.filter(case=case, kind=kind, replaced_at=None).first()
    if old is None:
        return
    if old.submitted_at is None:
        DocumentFile.objects.filter(document=old).delete()
    Document.objects.filter(pk=old.pk).update(replaced_at=timezone.now())


def _keep(case: Case, kind: str, picture: Picture, data: bytes) -> Document:
    document = Document.objects.create(
        case=case,
        kind=kind,
        upload_type=picture.kind,
        upload_hash=vault.lookup(hashlib.sha256(data).hexdigest(), purpose=UPLOAD),
        size=len(picture.data),
        width=picture.width,
        height=picture.height,
        pages=picture.pages,
    )
    key, sealed = vault.seal_file(picture.data, purpose=purpose_of(document))
    DocumentFile.objects.create(document=document, sealed_key=key, sealed=sealed)
    return document


def purpose_of(document: Document) -> str:
    """Name what a picture is sealed for: it opens as this document only."""
    return f"kyc_document:{document.pk}"


def look_at(
    *, document_id: UUID, viewer: User, actor: Actor, reason: str = "", note: str = ""
) -> bytes:
    """Unseal a picture for its owner, for who reviews the case, or for KYC staff with a reason.

    What staff get has their name and the time across it.

    Atomic: opens its own transaction; no look without its record.
    Repeat: one more record.
    Writes: AuditEvent.
    Raises: NotYours.
    """
    with transaction.atomic():
        document = Document.objects.select_related("case", "file").filter(pk=document_id).first()
        if document is None or not hasattr(document, "file"):
            raise NotYours
        said = _why(document.case, viewer, reason, note)
        audit.looked_at(
            actor=actor,
            object_type="kyc_document",
            object_id=str(document.pk),
            what=document.kind,
            reason=said,
            customers=[document.case.customer_id],
        )
        sealed = document.file
        data = vault.unseal_file(
            bytes(sealed.sealed_key), bytes(sealed.sealed), purpose=purpose_of(document)
        )
    if viewer.pk == document.case.customer_id:
        return data
    return watermark.mark(data, f"{viewer.name} {viewer} {timezone.now():%Y-%m-%d %H:%M} UTC")


def look_at_details(
    *, case: Case, viewer: User, actor: Actor, reason: str = "", note: str = ""
) -> None:
    """Put on record that staff read what a customer says, or refuse it.

    Atomic: opens its own transaction.
    Writes: AuditEvent.
    Raises: NotYours.
    """
    audit.looked_at(
        actor=actor,
        object_type="kyc_case",
        object_id=str(case.customer_id),
        what="details",
        reason=_why(case, viewer, reason, note),
        customers=[case.customer_id],
    )


def _why(case: Case, viewer: User, reason: str, note: str) -> str:
    """Say why somebody may look: a code of the list, and what else there is to say.

    Raises: NotYours.
    """
    if viewer.pk == case.customer_id:
        return "own case"
    if not roles.is_in(viewer, roles.KYC):
        raise NotYours
    if cases.is_held(case) and case.reviewer_id == viewer.pk:
        return f"review: version {case.version}"
    if reason not in requirements.LOOK_REASONS:
        raise NotYours
    return f"{reason}: {note.strip()[:200]}" if note.strip() else reason
