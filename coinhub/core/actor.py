"""Who does something: travels from the edge to the audit event."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

ActorKind = Literal["customer", "staff", "worker", "rail", "system"]


@dataclass(frozen=True, slots=True)
class Actor:
    """The one who acts, where the request came from, and its id in the logs."""

    kind: ActorKind
    user_id: UUID | None = None
    request_id: str = ""
    address: str | None = None


def system(request_id: str = "") -> Actor:
    """CoinHub itself: commands, imports, scheduled work."""
    return Actor(kind="system", request_id=request_id)
