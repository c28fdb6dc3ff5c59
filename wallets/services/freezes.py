"""Freezes of a customer: one person freezes at once, an approval lifts it."""

from datetime import date, timedelta
from uuid import UUID

from django.db import transaction

from coinhub.core.actor import Actor
from coinhub.core.db import ClockTimestamp, database_clock, insert_or_find, require_transaction
from coinhub.core.errors import DomainError, NotYours, ValidationFailed
from coinhub.events import audit, outbox
from coinhub.users.models import User
from wallets.models import Freeze

SHORTEST_REASON = 10
LONGEST_DAYS = 30  # then somebody looks at it again; it does not lift itself


class FreezeLifted(DomainError):
    """The freeze was lifted already."""

    code = "FREEZE_LIFTED"
    status = 409
    title = "This freeze was lifted already"


def freeze(
    *,
    customer_id: UUID,
    kind: str,
    reason: str,
    actor: Actor,
    review_on: date | None = None,
) -> Freeze:
    """Keep a customer from paying (debit), from being paid (credit) or from both (full), at once.

    Atomic: joins the caller's transaction or opens one.
    Repeat: the freeze that is there, unchanged.
    Writes: Freeze, AuditEvent, ``account.frozen`` event.
    Raises: NotYours when there is no such customer, ValidationFailed.
    """
    today = database_clock().date()
    last = today + timedelta(days=LONGEST_DAYS)
    review_on = review_on or last
    _require_sound(kind, reason, today <= review_on <= last)
    if not User.objects.filter(pk=customer_id, is_staff=False).exists():
        raise NotYours
    row = Freeze(
        customer_id=customer_id,
        kind=kind,
        reason=reason.strip(),
        review_on=review_on,
        frozen_by=actor.user_id,
    )
    there = Freeze.objects.filter(customer_id=customer_id, kind=kind, lifted_at__isnull=True)
    with transaction.atomic():
        found = insert_or_find(row, there)
        if found is not row:
            return found
        row.refresh_from_db()
        _tell("freeze.engaged", "account.frozen", row, actor)
    return row


def lift_step(*, freeze_id: int, actor: Actor) -> Freeze:
    """Lift a freeze, as a step of an approval: two people.

    Atomic: needs the caller's transaction, in which the approval is executed.
    Writes: Freeze, AuditEvent, ``account.unfrozen`` event.
    Raises: FreezeLifted.
    """
    require_transaction()
    row = Freeze.objects.select_for_update().filter(pk=freeze_id, lifted_at__isnull=True).first()
    if row is None:
        raise FreezeLifted
    Freeze.objects.filter(pk=row.pk).update(lifted_at=ClockTimestamp(), lifted_by=actor.user_id)
    row.refresh_from_db()
    _tell("freeze.lifted", "account.unfrozen", row, actor)
    return row


def _require_sound(kind: str, reason: str, is_soon: bool) -> None:
    problems: dict[str, str] = {}
    if kind not in Freeze.Kind.values:
        problems["kind"] = "debit, credit or full"
    if len(reason.strip()) < SHORTEST_REASON:
        problems["reason"] = f"say why, in {SHORTEST_REASON} characters or more"
    if not is_soon:
        problems["review_on"] = f"a day within {LONGEST_DAYS} days"
    if problems:
        raise ValidationFailed(
            errors=[
                {"pointer": f"/{name}", "code": "INVALID", "detail": detail}
                for name, detail in problems.items()
            ]
        )


def _tell(action: str, event: str, row: Freeze, actor: Actor) -> None:
    audit.record(
        actor=actor,
        action=action,
        object_type="freeze",
        object_id=str(row.pk),
        after={"customer": str(row.customer_id), "kind": row.kind, "reason": row.reason},
    )
    outbox.tell(event=event, object_id=str(row.customer_id), payload={"kind": row.kind})
