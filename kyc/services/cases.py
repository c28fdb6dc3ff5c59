"""What customers do with their own case: begin, fill in, submit, correct, begin again."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from coinhub.core import vault
from coinhub.core.actor import Actor
from coinhub.events import audit
from kyc.models import Case, Details, Document
from kyc.models.case import State
from kyc.models.decision import Event
from kyc.refusals import CaseIncomplete, CaseLocked, RestartTooEarly
from kyc.selectors import cases
from kyc.services import raises
from kyc.services.moves import lock_case, move

PERSON, TAX_ID = "kyc.person", "kyc.tax_id"  # purposes of the keyed hashes


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What a customer says of themselves; text that was checked for its form."""

    full_name: str
    birth_date: date
    street: str
    city: str
    postcode: str
    country: str
    tax_id: str
    id_kind: str
    source_of_funds: str = ""


def save_details(*, customer_id: UUID, person: Person, tier: int, actor: Actor) -> Case:
    """Keep what a customer says, and which tier is wanted; begins a case that has not begun.

    What a tier was approved with stays as it is; only who was taken over with a tier, and has told
    us nothing, may give details for the next one.

    Atomic: opens its own transaction.
    Repeat: what was said before is replaced.
    Writes: Case, Details, Decision (start, restart), AuditEvent without what was said.
    Raises: CaseLocked, RestartTooEarly.
    """
    with transaction.atomic(durable=True):
        case = lock_case(customer_id)
        if case.tier:
            _begin_raise(case, tier, actor)
        else:
            begin(case, actor=actor)
        case.wanted_tier = tier
        case.save(update_fields=["wanted_tier"])
        Details.objects.update_or_create(case=case, defaults=_columns(person))
        audit.record(
            actor=actor,
            action="kyc.details",
            object_type="kyc_case",
            object_id=str(customer_id),
            after={"wanted_tier": tier},
        )
    return case


def _begin_raise(case: Case, tier: int, actor: Actor) -> None:
    if tier <= case.tier or cases.has_handed_in(case):
        raise CaseLocked
    if case.state != State.DRAFT:
        raises.start(case, actor=actor)


def begin(case: Case, *, actor: Actor) -> None:
    """Have a locked case be a draft, beginning it or beginning again where that is allowed.

    Atomic: needs the caller's transaction.
    Raises: CaseLocked, RestartTooEarly.
    """
    if case.state == State.DRAFT:
        return
    if case.state == State.NOT_STARTED:
        move(case, Event.START, State.DRAFT, actor=actor)
    elif case.state == State.REJECTED:
        if case.restart_from is not None and case.restart_from > timezone.now():
            raise RestartTooEarly(restart_from=case.restart_from.isoformat())
        move(case, Event.RESTART, State.DRAFT, actor=actor, attempts=0, restart_from=None)
    else:
        raise CaseLocked


def submit(*, customer_id: UUID, actor: Actor) -> Case:
    """Hand a complete case in for review, the first time or with what was asked for again.

    Atomic: opens its own transaction.
    Repeat: refused, the case is under review by then.
    Writes: Case, Decision, Document (submitted_at), AuditEvent, OutboxEvent ``kyc.submitted``.
    Raises: CaseLocked, CaseIncomplete.
    """
    with transaction.atomic(durable=True):
        case = lock_case(customer_id)
        now = timezone.now()
        if case.state == State.DRAFT:
            _require_complete(case)
            move(case, Event.SUBMIT, State.SUBMITTED, actor=actor, submitted_at=now)
        elif case.state == State.CHANGES_REQUESTED:
            _require_corrected(case)
            tries = case.attempts + 1
            move(
                case,
                Event.RESUBMIT,
                State.SUBMITTED,
                actor=actor,
                submitted_at=now,
                attempts=tries,
            )
        elif case.state == State.NOT_STARTED:
            raise CaseIncomplete(missing=["details"])
        else:
            raise CaseLocked
        Document.objects.filter(case=case, replaced_at=None, submitted_at=None).update(
            submitted_at=now
        )
    return case


def _require_complete(case: Case) -> None:
    lacking = cases.missing_of(case)
    if lacking:
        raise CaseIncomplete(missing=lacking)


def _require_corrected(case: Case) -> None:
    waiting = cases.asked_again(case)
    if waiting:
        raise CaseIncomplete(missing=[one.document.kind for one in waiting])


def _columns(person: Person) -> dict[str, object]:
    known = f"{person.full_name.casefold()}|{person.birth_date.isoformat()}"
    tax_id = "".join(person.tax_id.split()).upper()
    return {
        "full_name": person.full_name,
        "birth_date": person.birth_date.isoformat(),
        "street": person.street,
        "city": person.city,
        "postcode": person.postcode,
        "country": person.country,
        "tax_id": person.tax_id,
        "source_of_funds": person.source_of_funds,
        "id_kind": person.id_kind,
        "person_hash": vault.lookup(known, purpose=PERSON),
        "tax_id_hash": vault.lookup(tax_id, purpose=TAX_ID) if tax_id else None,
        "consented_at": timezone.now(),
    }


def restart_earlier(*, customer_id: UUID, actor: Actor) -> Case:
    """Let a customer who was rejected, or refused a higher tier, try again at once.

    Atomic: opens its own transaction.
    Repeat: changes nothing more.
    Writes: Case, AuditEvent.
    Raises: CaseLocked.
    """
    with transaction.atomic(durable=True):
        case = lock_case(customer_id)
        if case.state != State.REJECTED and cases.newest_rejection(case) is None:
            raise CaseLocked
        case.restart_from = None
        case.save(update_fields=["restart_from"])
        audit.record(
            actor=actor,
            action="kyc.restart_earlier",
            object_type="kyc_case",
            object_id=str(customer_id),
        )
    return case
