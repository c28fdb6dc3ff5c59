"""Where customers stand with their identity."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from coinhub.users.models import User
from kyc import requirements
from kyc.models import Case, Decision, Details, Document
from kyc.models.case import State
from kyc.models.decision import Event


@dataclass(frozen=True, slots=True)
class AskedAgain:
    """A document that is wanted again, and why."""

    document: Document
    reason: str
    note: str

    @property
    def words(self) -> str:
        """Say the reason to the customer."""
        return requirements.DOCUMENT_REASONS[self.reason]


def find_case(customer_id: UUID) -> Case | None:
    """Give a customer's case; one who has not started may have none."""
    return Case.objects.filter(customer_id=customer_id).first()


def is_approved(customer: User) -> bool:
    """Say whether a customer's identity is approved.

    Asks no question when the edge loaded the case with the customer (``select_related``).
    """
    case: Case | None = getattr(customer, "kyc_case", None)
    return case is not None and case.status == Case.Status.APPROVED


def count_in_review() -> int:
    """Count the cases that wait for a decision."""
    return Case.objects.filter(state__in=[State.SUBMITTED, State.IN_REVIEW]).count()


def queue() -> QuerySet[Case]:
    """List the cases that wait for staff, the one that has waited longest first."""
    waiting = Case.objects.filter(state__in=[State.SUBMITTED, State.IN_REVIEW])
    return waiting.select_related("customer", "reviewer").order_by("submitted_at", "pk")


def due_at(case: Case) -> datetime | None:
    """Say until when a case should be decided; while the customer has it the clock stands."""
    if case.submitted_at is None or case.state not in (State.SUBMITTED, State.IN_REVIEW):
        return None
    return case.submitted_at + timedelta(hours=requirements.SLA_HOURS)


def is_held(case: Case) -> bool:
    """Say whether a reviewer has the case now; a lease that ended counts no more."""
    return (
        case.state == State.IN_REVIEW
        and case.lease_until is not None
        and case.lease_until > timezone.now()
    )


def may_be_blocked(case: Case) -> bool:
    """Say whether two people may block a customer: one with rights, or one under review."""
    return case.tier > 0 or case.state == State.IN_REVIEW


def find_details(case: Case) -> Details | None:
    """Give what the customer says, unsealed."""
    return Details.objects.filter(case=case).first()


def documents_of(case: Case) -> list[Document]:
    """List the current documents of a case in the order in which they are asked for."""
    order = {kind: place for place, kind in enumerate(Document.Kind.values)}
    found = Document.objects.filter(case=case, replaced_at=None)
    return sorted(found, key=lambda document: order[document.kind])


def missing_of(case: Case) -> list[str]:
    """Name what a draft still needs."""
    details = find_details(case)
    return requirements.missing(
        tier=case.wanted_tier,
        id_kind=details.id_kind if details else None,
        source_of_funds=details.source_of_funds if details else "",
        present=[document.kind for document in documents_of(case)],
    )


def has_handed_in(case: Case) -> bool:
    """Say whether a customer has ever sent documents off; details they were checked with stay."""
    return Document.objects.filter(case=case, submitted_at__isnull=False).exists()


def may_ask_for_more(case: Case) -> bool:
    """Say whether a customer may begin to ask for the next tier now."""
    return (
        case.state == State.APPROVED
        and case.tier < requirements.HIGHEST_TIER
        and (case.restart_from is None or case.restart_from <= timezone.now())
    )


def settled(case: Case) -> set[str]:
    """Name the kinds of documents that the customer's tier was approved with; they stay."""
    details = find_details(case) if case.tier else None
    if details is None:
        return set()
    needed = requirements.documents_of(case.tier, details.id_kind)
    return {
        document.kind
        for document in documents_of(case)
        if document.kind in needed and document.submitted_at is not None
    }


def asked_again(case: Case) -> list[AskedAgain]:
    """List the documents that were asked for again and have not been replaced yet."""
    if case.state != State.CHANGES_REQUESTED:
        return []
    newest = _newest(case, Event.REQUEST_CHANGES)
    said = newest.documents if newest else {}
    return [
        AskedAgain(document, said[str(document.pk)]["reason"], said[str(document.pk)]["note"])
        for document in documents_of(case)
        if str(document.pk) in said
    ]


def newest_rejection(case: Case) -> Decision | None:
    """Give the decision that rejected what was asked for, while it is the last word."""
    if case.state == State.REJECTED:
        return _newest(case, Event.REJECT)
    if case.state == State.APPROVED:
        return case.decisions.filter(version=case.version, event=Event.REFUSE).first()
    return None


def history(case: Case) -> list[Decision]:
    """List what was decided on a case, newest first."""
    return list(case.decisions.select_related("actor").order_by("-version"))


def _newest(case: Case, event: Event) -> Decision | None:
    return case.decisions.filter(event=event).order_by("-version").first()


def alike(case: Case, details: Details) -> list[Case]:
    """Find other customers with the same tax number, or the same name and birth date."""
    same = Details.objects.filter(person_hash=details.person_hash)
    if details.tax_id_hash is not None:
        same |= Details.objects.filter(tax_id_hash=details.tax_id_hash)
    found = same.exclude(pk=details.pk).select_related("case__customer").order_by("pk")[:10]
    return [other.case for other in found]
