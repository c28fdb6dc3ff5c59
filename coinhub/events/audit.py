"""Recording what somebody did, in the transaction of the change."""

from typing import Any

from coinhub.core.actor import Actor
from coinhub.core.db import require_transaction
from coinhub.core.ids import HOUSE_SHARD
from coinhub.events.models import AuditEvent


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
