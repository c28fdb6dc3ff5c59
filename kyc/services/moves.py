"""Moving a case: the decision, the case, the audit trail and the outbox, in one place."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils import timezone

from coinhub.core.actor import Actor
from coinhub.core.db import require_transaction
from coinhub.core.ids import HOUSE_SHARD
from coinhub.events import audit
from coinhub.events.models import OutboxEvent
from kyc.models import Case, Decision
from kyc.models.case import State
from kyc.models.decision import Event

TOLD = {  # what others hear of; the rest is the back office's own business
    Event.SUBMIT: "kyc.submitted",
    Event.RESUBMIT: "kyc.submitted",
    Event.REQUEST_CHANGES: "kyc.changes_requested",
    Event.APPROVE: "kyc.approved",
    Event.REJECT: "kyc.rejected",
    Event.REFUSE: "kyc.raise_refused",
    Event.BLOCK: "kyc.blocked",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """What is said with a move."""

    reason: str = ""
    note: str = ""
    documents: dict[str, dict[str, str]] = field(default_factory=dict)


def lock_case(customer_id: UUID) -> Case:
    """Lock the case of a customer until the end of the transaction, opening it if there is none.

    Atomic: needs the caller's transaction.
    """
    require_transaction()
    Case.objects.bulk_create([Case(customer_id=customer_id)], ignore_conflicts=True)
    return Case.objects.select_for_update().get(customer_id=customer_id)


def move(
    case: Case,
    event: Event,
    to: State,
    *,
    actor: Actor,
    tier: int | None = None,
    why: Why | None = None,
    **changes: Any,
) -> Decision:
    """Move a case that the caller has locked and found where the move begins; its tier stays.

    Which moves there are, and what each does to the tier, the database decides
    (kyc/sql/triggers/case_moves_v2.sql).

    Atomic: needs the caller's transaction, which holds the lock of the case.
    Writes: Decision, Case, AuditEvent, and OutboxEvent where others hear of it.
    """
    require_transaction()
    why = why or Why()
    tier = case.tier if tier is None else tier
    before = {"state": case.state, "tier": case.tier, "version": case.version}
    decision = Decision.objects.create(
        case=case,
        version=case.version + 1,
        event=event,
        from_state=case.state,
        to_state=to,
        tier=tier,
        actor_id=actor.user_id,
        reason=why.reason,
        note=why.note,
        documents=why.documents,
    )
    changes |= {"state": to, "tier": tier, "version": case.version + 1}
    for name, value in changes.items():
        setattr(case, name, value)
    case.save(update_fields=list(changes))
    case.refresh_from_db(fields=["status"])
    after = {"state": to, "tier": tier, "version": case.version, "reason": why.reason}
    _tell(case, decision, actor, before, after)
    return decision


def _tell(
    case: Case,
    decision: Decision,
    actor: Actor,
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    audit.record(
        actor=actor,
        action=f"kyc.{decision.event}",
        object_type="kyc_case",
        object_id=str(case.customer_id),
        before=before,
        after=after,
    )
    if decision.event in TOLD:
        OutboxEvent.objects.create(
            shard=HOUSE_SHARD,
            type=TOLD[Event(decision.event)],
            object_id=str(case.customer_id),
            payload={"status": case.status, "tier": case.tier, "version": case.version},
        )


def decided() -> dict[str, Any]:
    """Give what a decision changes beside the state: nobody reviews any more."""
    return {"decided_at": timezone.now(), "reviewer": None, "lease_until": None}
