"""Asking for tier 2 when tier 1 is approved; the customer keeps tier 1 until it is decided."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from coinhub.core.actor import Actor
from coinhub.core.db import require_transaction
from coinhub.events import audit
from kyc import requirements
from kyc.models import Case, Details, Document, DocumentFile
from kyc.models.case import State
from kyc.models.decision import Event
from kyc.refusals import CaseIncomplete, CaseLocked, RestartTooEarly
from kyc.services.moves import lock_case, move


def ask(*, customer_id: UUID, source_of_funds: str, actor: Actor) -> Case:
    """Begin to ask for the next tier, saying where the money comes from.

    Who was taken over from elsewhere has told us nothing yet, and gives all details instead.

    Atomic: opens its own transaction.
    Repeat: what was said before is replaced.
    Writes: Case, Details (source_of_funds), Decision (raise), AuditEvent without what was said.
    Raises: CaseLocked, CaseIncomplete, RestartTooEarly.
    """
    with transaction.atomic(durable=True):
        case = lock_case(customer_id)
        details = Details.objects.filter(case=case).first()
        if case.state == State.APPROVED:
            start(case, actor=actor)
        elif not (case.is_raise and case.state == State.DRAFT):
            raise CaseLocked
        if details is None:
            raise CaseIncomplete(missing=["details"])
        details.source_of_funds = source_of_funds
        details.save(update_fields=["source_of_funds", "changed_at"])
        audit.record(
            actor=actor,
            action="kyc.details",
            object_type="kyc_case",
            object_id=str(customer_id),
            after={"wanted_tier": case.wanted_tier},
        )
    return case


def start(case: Case, *, actor: Actor) -> None:
    """Open a locked, approved case for the next tier.

    Atomic: needs the caller's transaction.
    Raises: CaseLocked, RestartTooEarly.
    """
    require_transaction()
    if case.state != State.APPROVED or case.tier >= requirements.HIGHEST_TIER:
        raise CaseLocked
    if case.restart_from is not None and case.restart_from > timezone.now():
        raise RestartTooEarly(restart_from=case.restart_from.isoformat())
    move(
        case,
        Event.RAISE,
        State.DRAFT,
        actor=actor,
        wanted_tier=requirements.HIGHEST_TIER,
        attempts=0,
        restart_from=None,
    )


def withdraw(*, customer_id: UUID, actor: Actor) -> Case:
    """Leave it at the tier there is, while nobody of us has the case; what was not sent is erased.

    Atomic: opens its own transaction.
    Repeat: refused, nothing is asked for any more.
    Writes: Case, Decision (withdraw), Document, DocumentFile, AuditEvent.
    Raises: CaseLocked.
    """
    with transaction.atomic(durable=True):
        case = lock_case(customer_id)
        if not case.is_raise or case.state not in (State.DRAFT, State.CHANGES_REQUESTED):
            raise CaseLocked
        unsent = Document.objects.filter(case=case, submitted_at=None, replaced_at=None)
        DocumentFile.objects.filter(document__in=unsent).delete()
        unsent.update(replaced_at=timezone.now())
        move(case, Event.WITHDRAW, State.APPROVED, actor=actor, wanted_tier=case.tier)
    return case
