"""Facts to tell others after the commit, written in the transaction that makes them true."""

from typing import Any

from coinhub.core.db import require_transaction
from coinhub.core.ids import HOUSE_SHARD
from coinhub.events.models import OutboxEvent


def tell(
    *, event: str, object_id: str, payload: dict[str, Any] | None = None, shard: int = HOUSE_SHARD
) -> OutboxEvent:
    """Put one fact into the outbox.

    Atomic: needs the caller's transaction, which makes it true.
    Writes: OutboxEvent.
    """
    require_transaction()
    return OutboxEvent.objects.create(
        shard=shard, type=event, object_id=object_id, payload=payload or {}
    )
