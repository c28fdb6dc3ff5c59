"""The guard: ceilings that were decided upon in Python and are checked under the lock."""

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal
from uuid import UUID

from wallets.models import Transaction

PAYMENTS = (Transaction.Type.TRANSFER, Transaction.Type.WITHDRAWAL)


@dataclass(frozen=True, slots=True)
class Ceiling:
    """One limit of a customer: how much of what may be used within a rolling window.

    ``measure`` is the value in USD or the count of payments of the types; with ``key`` only those
    made by that API key count.
    """

    name: str
    measure: Literal["usd", "count"]
    window_s: int
    maximum: Decimal
    types: tuple[str, ...] = PAYMENTS
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Guard:
    """What must be true of a customer's payment when it is booked: stops, freezes, limits."""

    customer_id: UUID
    ceilings: tuple[Ceiling, ...] = ()

    def as_json(self) -> str:
        """Write it as the booking function reads it."""
        return json.dumps(
            {
                "customer": str(self.customer_id),
                "limits": [
                    {
                        "name": ceiling.name,
                        "measure": ceiling.measure,
                        "types": [str(kind) for kind in ceiling.types],
                        "window_s": ceiling.window_s,
                        "maximum": str(ceiling.maximum),
                        "key": ceiling.key,
                    }
                    for ceiling in self.ceilings
                ],
            }
        )
