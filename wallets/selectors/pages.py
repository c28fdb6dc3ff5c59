"""A page of a long list, read by position and never by offset."""

from dataclasses import dataclass
from typing import Generic, TypeVar

Row = TypeVar("Row")

MOST_ROWS = 100  # on one page


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of a list is wanted: rows older than ``before``, or newer than ``after``."""

    before: int | None = None
    after: int | None = None
    limit: int = 50

    @property
    def rows(self) -> int:
        """Give the number of rows, within its bounds."""
        return max(1, min(self.limit, MOST_ROWS))


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Rows, newest first; ``older`` and ``newer`` are the positions to go on from."""

    rows: list[Row]
    older: int | None
    newer: int | None


def cut(rows: list[Row], positions: list[int], window: Window) -> Page[Row]:
    """Make a page of the rows read, of which one more than wanted says that there are more.

    ``rows`` come in reading order: newest first, or oldest first where ``window.after`` is set.
    """
    more = len(rows) > window.rows
    rows, positions = rows[: window.rows], positions[: window.rows]
    if window.after is not None:
        rows, positions = rows[::-1], positions[::-1]
    if not rows:
        return Page([], None, None)
    is_newer = more if window.after is not None else window.before is not None
    is_older = more if window.after is None else True
    return Page(rows, positions[-1] if is_older else None, positions[0] if is_newer else None)
