"""What the API shows of a case, and the same for the OpenAPI document."""

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from kyc.models import Case, Document
from kyc.models.case import State, Status
from kyc.models.document import Kind
from kyc.selectors import cases


class AskedShape(serializers.Serializer):
    """Why a document is wanted again."""

    reason = serializers.CharField()
    words = serializers.CharField()
    note = serializers.CharField()


@extend_schema_serializer(component_name="KycDocument")
class DocumentShape(serializers.Serializer):
    """A document of the caller's; the picture itself is on the page only."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(Kind.choices)
    pages = serializers.IntegerField()
    uploaded_at = serializers.DateTimeField()
    wanted_again = AskedShape(allow_null=True)


@extend_schema_serializer(component_name="KycCase")
class CaseShape(serializers.Serializer):
    """Where the identity check stands."""

    status = serializers.ChoiceField(Status.choices)
    state = serializers.ChoiceField(
        State.choices, help_text="of who has tier 1 and asks for tier 2: where that stands"
    )
    tier = serializers.IntegerField(help_text="what the caller has; it stays while more is asked")
    wanted_tier = serializers.IntegerField()
    version = serializers.IntegerField()
    missing = serializers.ListField(child=serializers.CharField())
    documents = DocumentShape(many=True)
    submitted_at = serializers.DateTimeField(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    restart_from = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField(
        help_text="of the last rejection, while it stands; empty otherwise"
    )


def case(found: Case) -> dict[str, Any]:
    """Show a case to its customer and to staff."""
    known = found.pk is not None
    asked = {one.document.pk: one for one in cases.asked_again(found)} if known else {}
    rejection = cases.newest_rejection(found) if known else None
    return {
        "status": found.status if known else Status.NOT_STARTED,
        "state": found.state,
        "tier": found.tier,
        "wanted_tier": found.wanted_tier,
        "version": found.version,
        "missing": _missing(found, asked) if known else ["details"],
        "documents": [document(d, asked.get(d.pk)) for d in cases.documents_of(found)]
        if known
        else [],
        "submitted_at": found.submitted_at,
        "decided_at": found.decided_at,
        "restart_from": found.restart_from,
        "reason": rejection.reason if rejection else "",
    }


def document(found: Document, asked: cases.AskedAgain | None = None) -> dict[str, Any]:
    """Show a document, without its picture."""
    return {
        "id": found.pk,
        "kind": found.kind,
        "pages": found.pages,
        "uploaded_at": found.uploaded_at,
        "wanted_again": {"reason": asked.reason, "words": asked.words, "note": asked.note}
        if asked
        else None,
    }


def _missing(found: Case, asked: dict[Any, cases.AskedAgain]) -> list[str]:
    if found.state == State.CHANGES_REQUESTED:
        return [one.document.kind for one in asked.values()]
    return cases.missing_of(found) if found.state in (State.NOT_STARTED, State.DRAFT) else []
