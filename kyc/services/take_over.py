"""Identities that were checked elsewhere: another system's customers, the demo's, a drill's."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from coinhub.core.actor import Actor, system
from coinhub.events import audit
from kyc.models import Case, Decision


def take_over(
    *,
    customer_ids: Collection[UUID],
    state: str = Case.State.APPROVED,
    tier: int = 2,
    actor: Actor | None = None,
) -> None:
    """Open cases that begin as submitted, approved or rejected; who has a case keeps it.

    Atomic: joins the caller's transaction or opens its own.
    Repeat: writes nothing more.
    Writes: Case, Decision, AuditEvent; three statements for any number of customers.
    """
    actor = actor or system("take-over")
    tier = tier if state == Case.State.APPROVED else 0
    with transaction.atomic():
        known = set(
            Case.objects.filter(customer_id__in=customer_ids).values_list("customer_id", flat=True)
        )
        cases = Case.objects.bulk_create(
            Case(customer_id=pk) for pk in customer_ids if pk not in known
        )
        if not cases:
            return
        _decide(cases, state, tier, actor)
        audit.record(
            actor=actor,
            action="kyc.take_over",
            object_type="kyc_case",
            object_id=str(cases[0].customer_id) if len(cases) == 1 else "",
            after={"state": state, "tier": tier, "cases": len(cases)},
        )


def _decide(cases: list[Case], state: str, tier: int, actor: Actor) -> None:
    Decision.objects.bulk_create(
        Decision(
            case=case,
            version=1,
            event=Decision.Event.TAKE_OVER,
            from_state=case.state,
            to_state=state,
            tier=tier,
            actor_id=actor.user_id,
        )
        for case in cases
    )
    now = timezone.now()
    Case.objects.filter(pk__in=[case.pk for case in cases]).update(
        state=state,
        tier=tier,
        version=F("version") + 1,
        submitted_at=now,
        decided_at=None if state == Case.State.SUBMITTED else now,
    )
