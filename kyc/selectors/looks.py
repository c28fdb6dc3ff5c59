"""Who looked at what a customer showed: the customer may know."""

from dataclasses import dataclass
from datetime import datetime

from coinhub.events.models import AuditEvent
from kyc import requirements
from kyc.models import Case, Document

MOST = 100
LABELS = dict(Document.Kind.choices)


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody of the staff looked at something."""

    at: datetime
    who: str
    what: str
    why: str


def list_looks(case: Case) -> list[Look]:
    """List the looks of staff at a customer's documents and details, newest first, at most 100."""
    kinds = {str(pk): kind for pk, kind in case.documents.values_list("pk", "kind")}
    events = AuditEvent.objects.filter(
        object_type="kyc_document", object_id__in=kinds, action="kyc_document.looked_at"
    ) | AuditEvent.objects.filter(
        object_type="kyc_case", object_id=str(case.customer_id), action="kyc_case.looked_at"
    )
    found = events.filter(actor_kind="staff").select_related("actor").order_by("-id")[:MOST]
    return [
        Look(
            event.occurred_at,
            (event.actor.name if event.actor else "") or "Identity team",
            LABELS[kinds[event.object_id]] if event.object_id in kinds else "Personal details",
            requirements.LOOK_REASONS.get(_code(event), ""),
        )
        for event in found
    ]


def _code(event: AuditEvent) -> str:
    """Give the code of a reason; what else staff wrote is not for the customer."""
    said = str((event.after or {}).get("reason", ""))
    return "review" if said.startswith("review of ") else said.partition(":")[0]
