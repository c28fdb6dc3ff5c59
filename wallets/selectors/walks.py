"""Walking over rows: all of them, however many stand in the way."""

from collections.abc import Iterator
from typing import TypeVar

from django.db.models import Model, QuerySet

BATCH = 500
Row = TypeVar("Row", bound=Model)


def walk(rows: QuerySet[Row]) -> Iterator[Row]:
    """Give all rows in the order of their keys, each once, so many from the database at a time.

    A sweep that took only the oldest would see the same ones for ever once nothing can be done
    about them, and never what comes after.
    """
    last = 0
    while True:
        found = list(rows.filter(pk__gt=last).order_by("pk")[:BATCH])
        yield from found
        if len(found) < BATCH:
            return
        last = found[-1].pk
