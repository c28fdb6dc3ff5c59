"""The second factor of staff, proved freshly for what takes two people.

The edge says how to find out who proved what and when; whoever proposes or decides asks. So no
page and no program gets past it, whatever it calls. Where no request is under way (commands, the
schedule) there is nobody to ask.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime

from coinhub.core.errors import DomainError

FRESH_S = 300


class ProveAgain(DomainError):
    """A member of staff who proposes or decides has not proved the second factor lately."""

    code = "PROVE_AGAIN"
    status = 403
    title = "Prove with your second factor that it is you, then send it again"


@dataclass(frozen=True, slots=True)
class Proved:
    """A second factor that was proved: with what, and when (seconds since 1970)."""

    method: str
    at: float

    @property
    def is_fresh(self) -> bool:
        """Say whether it was proved within five minutes."""
        return 0 <= time.time() - self.at <= FRESH_S

    def in_words(self) -> dict[str, str]:
        """Say it as the audit trail keeps it."""
        moment = datetime.fromtimestamp(int(self.at), UTC)
        return {"proved_with": self.method, "proved_at": moment.isoformat()}


Look = Callable[[], Proved | None]
_look: ContextVar[Look | None] = ContextVar("step_up", default=None)


@contextmanager
def found_by(look: Look) -> Iterator[None]:
    """Let a request be judged by what ``look`` finds when somebody asks."""
    token = _look.set(look)
    try:
        yield
    finally:
        _look.reset(token)


def require_fresh() -> dict[str, str]:
    """Give what the person of this request proved, for the audit trail; nothing without a request.

    Raises: ProveAgain.
    """
    look = _look.get()
    if look is None:
        return {}
    found = look()
    if found is None or not found.is_fresh:
        raise ProveAgain
    return found.in_words()
