"""What a customer has used of the limits, and what is left."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from coinhub.core.db import sql_file
from coinhub.core.ids import shard_of
from coinhub.core.money import CONTEXT
from wallets.ledger.figures import limit_texts
from wallets.ledger.guard import Ceiling, Guard

USAGE = sql_file("wallets/sql/queries/usage.sql")


@dataclass(frozen=True, slots=True)
class Use:
    """One limit of a rolling window.

    Units:  US dollars, or payments where ``counts``.
    """

    name: str
    counts: bool
    maximum: Decimal
    used: Decimal
    frees_at: datetime | None

    @property
    def remaining(self) -> Decimal:
        """What may still be used now."""
        return max(CONTEXT.subtract(self.maximum, self.used), Decimal(0))

    def texts(self) -> dict[str, str]:
        """Write ``maximum``, ``used`` and ``remaining``: dollars, or whole payments."""
        figures = {"maximum": self.maximum, "used": self.used, "remaining": self.remaining}
        return limit_texts(figures, counts=self.counts)

    def would_pass(self, usd: Decimal) -> bool:
        """Say whether one more payment of this value would pass the limit."""
        return CONTEXT.add(self.used, Decimal(1) if self.counts else usd) > self.maximum


def uses_of(customer_id: UUID, ceilings: Iterable[Ceiling]) -> list[Use]:
    """Read what a customer has used of each limit, in one query; nothing is locked."""
    asked = tuple(ceilings)
    if not asked:
        return []
    limits = json.loads(Guard(customer_id, asked).as_json())["limits"]
    wanted: dict[str, Any] = {
        "limits": json.dumps(limits),
        "customer": customer_id,
        "shard": shard_of(customer_id),
    }
    with connection.cursor() as cursor:
        cursor.execute(USAGE, wanted)
        found = {name: (used, frees_at) for name, _, used, frees_at in cursor.fetchall()}
    return [
        Use(ceiling.name, ceiling.measure == "count", ceiling.maximum, *found[ceiling.name])
        for ceiling in asked
    ]
