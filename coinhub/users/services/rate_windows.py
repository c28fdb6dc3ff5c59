"""Counting calls in PostgreSQL: exact, shared by all processes, whatever becomes of Valkey."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from coinhub.core.db import sql_file

TAKE = "SELECT taken, remaining, wait_s FROM rate_take_v1(%s, %s, make_interval(secs => %s))"
FORGET = sql_file("coinhub/users/sql/forget_windows.sql")


@dataclass(frozen=True, slots=True)
class Room:
    """What one window has left after a call, and how long until it has more."""

    taken: bool
    remaining: int
    wait_s: float


def take(keys: Sequence[str], mosts: Sequence[int], window_s: int) -> list[Room]:
    """Let one call through if every window has room; give the room of each, in order.

    Atomic: one statement of its own; not for use inside a transaction that moves money, which
        would hold the windows until it ends.
    Repeat: counts again.
    Writes: RateWindow.
    """
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [list(keys), list(mosts), window_s])
        return [Room(*row) for row in cursor.fetchall()]


def forget_old() -> int:
    """Delete windows that nobody used for a day.

    Repeat: nothing more to delete.
    Writes: RateWindow rows are deleted.
    """
    with connection.cursor() as cursor:
        cursor.execute(FORGET)
        return int(cursor.rowcount)
