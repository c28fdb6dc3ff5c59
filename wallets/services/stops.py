"""The emergency stop: one person engages it at once, an approval lifts it."""

from django.db import transaction

from coinhub.core.actor import Actor
from coinhub.core.db import ClockTimestamp, insert_or_find, require_transaction
from coinhub.core.errors import DomainError, ValidationFailed
from coinhub.events import audit, outbox
from wallets.models import Currency, Stop, Transaction
from wallets.selectors import standings

SHORTEST_REASON = 5
MESSAGE = "This is paused at the moment. Your money is safe; please try again later."
# What may be stopped: what customers ask for. What is under way is finished or cancelled.
OPERATIONS = (
    Transaction.Type.DEPOSIT,
    Transaction.Type.WITHDRAWAL,
    Transaction.Type.TRANSFER,
    Transaction.Type.REFUND,
)


class StopLifted(DomainError):
    """The stop was lifted already."""

    code = "STOP_LIFTED"
    status = 409
    title = "This stop was lifted already"


def engage(*, scope: str, value: str = "", reason: str, message: str = "", actor: Actor) -> Stop:
    """Stop everything, one operation or one currency, from the next request on.

    Atomic: joins the caller's transaction or opens one.
    Repeat: the stop that is engaged, unchanged.
    Writes: Stop, AuditEvent, ``service.paused`` event.
    Raises: ValidationFailed.
    """
    _require_sound(scope, value, reason)
    row = Stop(
        scope=scope,
        value=value,
        reason=reason.strip(),
        message=message.strip() or MESSAGE,
        engaged_by=actor.user_id,
    )
    engaged = Stop.objects.filter(scope=scope, value=value, lifted_at__isnull=True)
    with transaction.atomic():
        found = insert_or_find(row, engaged)
        if found is not row:
            return found
        row.refresh_from_db()
        _tell("stop.engaged", "service.paused", row, actor)
        transaction.on_commit(standings.forget)
    return row


def lift_step(*, stop_id: int, actor: Actor) -> Stop:
    """Lift a stop, as a step of an approval: two people.

    What waited for it in ``held`` is released by the task that looks for leftovers.

    Atomic: needs the caller's transaction, in which the approval is executed.
    Writes: Stop, AuditEvent, ``service.resumed`` event.
    Raises: StopLifted.
    """
    require_transaction()
    row = Stop.objects.select_for_update().filter(pk=stop_id, lifted_at__isnull=True).first()
    if row is None:
        raise StopLifted
    Stop.objects.filter(pk=row.pk).update(lifted_at=ClockTimestamp(), lifted_by=actor.user_id)
    row.refresh_from_db()
    _tell("stop.lifted", "service.resumed", row, actor)
    transaction.on_commit(standings.forget)
    return row


def _require_sound(scope: str, value: str, reason: str) -> None:
    problems: dict[str, str] = {}
    known = {
        Stop.Scope.ALL: value == "",
        Stop.Scope.OPERATION: value in OPERATIONS,
        Stop.Scope.CURRENCY: Currency.objects.filter(pk=value).exists(),
    }
    if scope not in known:
        problems["scope"] = "everything, an operation or a currency"
    elif not known[Stop.Scope(scope)]:
        problems["value"] = "there is no such thing to stop"
    if len(reason.strip()) < SHORTEST_REASON:
        problems["reason"] = f"say why, in {SHORTEST_REASON} characters or more"
    if problems:
        raise ValidationFailed(
            errors=[
                {"pointer": f"/{name}", "code": "INVALID", "detail": detail}
                for name, detail in problems.items()
            ]
        )


def _tell(action: str, event: str, row: Stop, actor: Actor) -> None:
    told = {"scope": row.scope, "value": row.value, "message": row.message}
    audit.record(
        actor=actor,
        action=action,
        object_type="stop",
        object_id=str(row.pk),
        after={**told, "reason": row.reason},
    )
    outbox.tell(event=event, object_id=str(row.pk), payload=told)
