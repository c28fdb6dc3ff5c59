"""What was read a moment ago: for rows that every payment asks for and that seldom change."""

import time
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, Generic, TypeVar
from weakref import WeakSet

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
SECONDS = 2  # how long another process may not know of a change

_all: "WeakSet[Recent[Any, Any]]" = WeakSet()


class Recent(Generic[Key, Value]):
    """Keeps answers of ``read`` for a moment, and at most so many of them.

    What the database must enforce is not decided by it: a price, a fee or a limit that was right
    two seconds ago is recorded with the payment it was used for.
    """

    def __init__(self, read: Callable[[Key], Value], *, seconds: int = SECONDS, most: int = 1000):
        self._read = read
        self._seconds = seconds
        self._most = most
        self._kept: dict[Key, tuple[float, Value]] = {}
        self._lock = Lock()
        _all.add(self)

    def get(self, key: Key) -> Value:
        """Give the answer, read at most ``seconds`` ago."""
        now = time.monotonic()
        found = self._kept.get(key)
        if found is not None and now - found[0] < self._seconds:
            return found[1]
        value = self._read(key)
        with self._lock:
            self._kept.pop(key, None)
            while len(self._kept) >= self._most:
                self._kept.pop(next(iter(self._kept)))
            self._kept[key] = (now, value)
        return value

    def forget(self) -> None:
        """Read anew at the next question."""
        with self._lock:
            self._kept.clear()


def forget_all() -> None:
    """Read everything anew; tests roll back what was read."""
    for recent in list(_all):
        recent.forget()
