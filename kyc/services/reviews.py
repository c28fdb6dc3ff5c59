"""What reviewers do before they decide: take a case, give it back, ask for better documents."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from coinhub.core.actor import Actor, system
from coinhub.core.db import require_transaction
from kyc import requirements
from kyc.models import Case
from kyc.models.case import State
from kyc.models.decision import Event
from kyc.refusals import (
    CaseClaimed,
    CaseNotInReview,
    DocumentNotAskedFor,
    NoTriesLeft,
    OwnCase,
    ReasonMissing,
)
from kyc.selectors import cases
from kyc.services.moves import Why, lock_case, move

MOST_AT_ONCE = 200


def claim(*, customer_id: UUID, actor: Actor) -> Case:
    """Take a case for 60 minutes; nobody else can decide on it meanwhile.

    Atomic: opens its own transaction.
    Repeat: the 60 minutes begin again.
    Writes: Case, Decision, AuditEvent.
    Raises: CaseNotInReview, CaseClaimed, OwnCase.
    """
    with transaction.atomic(durable=True):
        case = lock_case(customer_id)
        take(case, actor=actor)
    return case


def take(case: Case, *, actor: Actor) -> None:
    """Have a locked case be in review by the actor; one whose lease ended is free again.

    Atomic: needs the caller's transaction.
    Raises: CaseNotInReview, CaseClaimed, OwnCase.
    """
    require_transaction()
    if case.customer_id == actor.user_id:
        raise OwnCase
    if case.state not in (State.SUBMITTED, State.IN_REVIEW):
        raise CaseNotInReview(state=case.state)
    until = timezone.now() + timedelta(minutes=requirements.LEASE_MINUTES)
    if cases.is_held(case):
        if case.reviewer_id != actor.user_id:
            raise CaseClaimed
        extend(case, minutes=requirements.LEASE_MINUTES)
        return
    if case.state == State.IN_REVIEW:
        put_back(case, actor=actor)
    move(
        case,
        Event.CLAIM,
        State.IN_REVIEW,
        actor=actor,
        reviewer_id=actor.user_id,
        lease_until=until,
    )


def extend(case: Case, *, minutes: int) -> None:
    """Let a lease of a locked case end later, never earlier."""
    until = timezone.now() + timedelta(minutes=minutes)
    if case.lease_until is None or case.lease_until < until:
        case.lease_until = until
        case.save(update_fields=["lease_until"])


def put_back(case: Case, *, actor: Actor) -> None:
    """Put a locked case back into the queue, at its old place.

    Atomic: needs the caller's transaction.
    """
    move(case, Event.RELEASE, State.SUBMITTED, actor=actor, reviewer_id=None, lease_until=None)


def release(*, customer_id: UUID, actor: Actor) -> Case:
    """Give a case back that the actor has taken.

    Atomic: opens its own transaction.
    Repeat: refused, it is given back.
    Writes: Case, Decision, AuditEvent.
    Raises: CaseNotInReview, CaseClaimed.
    """
    with transaction.atomic(durable=True):
        case = lock_case(customer_id)
        require_held(case, actor=actor)
        put_back(case, actor=actor)
    return case


def require_held(case: Case, *, actor: Actor) -> None:
    """Refuse who has not taken the case.

    Raises: CaseNotInReview, CaseClaimed, OwnCase.
    """
    if case.customer_id == actor.user_id:
        raise OwnCase
    if case.state != State.IN_REVIEW:
        raise CaseNotInReview(state=case.state)
    if case.reviewer_id != actor.user_id:
        raise CaseClaimed


def request_changes(
    *, customer_id: UUID, documents: Mapping[str, tuple[str, str]], actor: Actor
) -> Case:
    """Ask the customer for documents again: by id, each with a reason code and a note.

    Atomic: opens its own transaction.
    Repeat: refused, the customer has the case.
    Writes: Case, Decision, AuditEvent, OutboxEvent ``kyc.changes_requested``.
    Raises: CaseNotInReview, CaseClaimed, OwnCase, ReasonMissing, DocumentNotAskedFor, NoTriesLeft.
    """
    with transaction.atomic(durable=True):
        case = lock_case(customer_id)
        take(case, actor=actor)
        if not documents or any(
            reason not in requirements.DOCUMENT_REASONS or (reason == "other" and not note)
            for reason, note in documents.values()
        ):
            raise ReasonMissing
        if set(documents) - {str(one.pk) for one in cases.documents_of(case)}:
            raise DocumentNotAskedFor
        if case.attempts >= requirements.TRIES:
            raise NoTriesLeft
        move(
            case,
            Event.REQUEST_CHANGES,
            State.CHANGES_REQUESTED,
            actor=actor,
            why=Why(
                documents={
                    pk: {"reason": reason, "note": note} for pk, (reason, note) in documents.items()
                }
            ),
            reviewer_id=None,
            lease_until=None,
        )
    return case


def release_lapsed() -> int:
    """Put the cases back whose reviewer did not decide in time, and count them.

    Repeat: nothing more to put back.
    """
    lapsed = Case.objects.filter(state=State.IN_REVIEW, lease_until__lte=timezone.now())
    count = 0
    for customer_id in list(lapsed.values_list("customer_id", flat=True)[:MOST_AT_ONCE]):
        with transaction.atomic(durable=True):
            case = lock_case(customer_id)
            if case.state == State.IN_REVIEW and not cases.is_held(case):
                put_back(case, actor=system("kyc-leases"))
                count += 1
    return count
