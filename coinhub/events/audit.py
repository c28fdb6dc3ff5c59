"""Recording what somebody did, in the transaction of the change."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction

from coinhub.core.actor import Actor
from coinhub.core.db import require_transaction
from coinhub.core.ids import HOUSE_SHARD
from coinhub.events.models import AuditEvent
from coinhub.events.reasons import DUTY


def record(
    *,
    actor: Actor,
    action: str,
    object_type: str,
    object_id: str,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    shard: int = HOUSE_SHARD,
) -> AuditEvent:
    """Record one thing somebody did.

    Atomic: needs the caller's transaction, which makes the change.
    Writes: AuditEvent.
    """
    require_transaction()
    return AuditEvent.objects.create(
        shard=shard,
        actor_kind=actor.kind,
        actor_id=actor.user_id,
        address=actor.address,
        request_id=actor.request_id,
        action=action,
        object_type=object_type,
        object_id=object_id,
        before=before,
        after=after,
    )


def looked_at(
    *,
    actor: Actor,
    object_type: str,
    object_id: str,
    what: str = "page",
    reason: str = DUTY,
    customers: Iterable[UUID | None] = (),
) -> AuditEvent:
    """Record that a member of staff looked at what is a customer's: a page, a document, a balance.

    ``what`` says what was shown, ``reason`` why, ``customers`` of whom it tells: they may read of
    it, unless they looked themselves. Call it before the answer goes out: what cannot be recorded
    is not shown.

    Atomic: joins the caller's transaction, or opens its own.
    Writes: AuditEvent.
    """
    others = {one for one in customers if one is not None and one != actor.user_id}
    whose = sorted(map(str, others))
    with transaction.atomic():
        return record(
            actor=actor,
            action=f"{object_type}.looked_at",
            object_type=object_type,
            object_id=object_id,
            after={"what": what, "reason": reason} | ({"customers": whose} if whose else {}),
        )
