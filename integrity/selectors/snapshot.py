"""One unchanging view of the database, in which every check of a run looks."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper

from coinhub.core.db import sql_file

MOST = 500  # rows that one check gives back; it says how many there were

# A run may take longer than the time-outs of the role allow a request. They are lifted for its own
# transaction alone, which writes nothing and is bounded by COINHUB_CHECK_TIMEOUT_S. A timer that
# runs already is not moved by a new value, so it is switched off first.
BEGIN = (
    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
    "SET LOCAL transaction_timeout = 0",
    "SET LOCAL transaction_timeout = '{limit}s'",
    "SET LOCAL statement_timeout = '{limit}s'",
    "SET LOCAL work_mem = '64MB'",
    # NULL for "everything" must be known to the planner, or every check would use the index.
    "SET LOCAL plan_cache_mode = force_custom_plan",
)


@dataclass
class Snapshot:
    """What checks see: the database at one moment; ``wallets`` narrows it, ``None`` is all."""

    cursor: CursorWrapper
    wallets: list[int] | None = None

    def rows(self, query: str, **parameters: Any) -> list[dict[str, Any]]:
        """Run ``integrity/sql/QUERY.sql`` and give its rows by column name."""
        values = {"wallets": self.wallets, "most": MOST, **parameters}
        self.cursor.execute(_query(query), values)
        names = [column.name for column in self.cursor.description]
        return [dict(zip(names, row, strict=True)) for row in self.cursor.fetchall()]


@cache
def _query(name: str) -> str:
    return sql_file(f"integrity/sql/{name}.sql")


@contextmanager
def take(using: str = "default") -> Iterator[Snapshot]:
    """Open a transaction in which everything is seen as of one moment.

    Atomic: opens its own, read-only; inside another transaction (not that of a test case) it
        refuses, because what that one wrote is not committed and its view may have moved.
    Raises: RuntimeError inside a transaction.
    """
    connection = connections[using]
    nested = connection.in_atomic_block
    if any(not getattr(block, "_from_testcase", False) for block in connection.atomic_blocks):
        raise RuntimeError("a check needs a transaction of its own")
    with transaction.atomic(using=using), connection.cursor() as cursor:
        for statement in () if nested else BEGIN:
            cursor.execute(statement.format(limit=settings.CHECK_TIMEOUT_S))
        yield Snapshot(cursor)


@contextmanager
def glance(using: str = "default") -> Iterator[Snapshot]:
    """Look without a transaction: for one cheap check, within the role's own time-outs."""
    with connections[using].cursor() as cursor:
        yield Snapshot(cursor)


def house_wallet_ids(snapshot: Snapshot) -> list[int]:
    """List the wallets of the house."""
    return [row["wallet_id"] for row in snapshot.rows("wallets_of_house")]


def wallet_ids_of(snapshot: Snapshot, owner_id: UUID, currency: str | None) -> list[int]:
    """List a customer's wallets, all or the one in a currency."""
    rows = snapshot.rows("wallets_of", owner_id=owner_id, currency=currency)
    return [row["wallet_id"] for row in rows]
