"""Replay: every balance rebuilt from the journal into a fresh schema, and compared."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, connections, transaction
from django.utils import timezone
from psycopg import sql

from coinhub.core.db import sql_file
from coinhub.core.errors import SetupBroken, Unavailable
from integrity.checks.found import plain

OWNER = "owner"
MOST = 500
COLUMNS = ("available", "held", "locked", "invested", "version")


@dataclass(frozen=True, slots=True)
class Difference:
    """One wallet that the journal does not rebuild as it stands."""

    wallet_id: int
    currency: str | None
    stands: dict[str, str]
    rebuilt: dict[str, str]


@dataclass(frozen=True, slots=True)
class Replayed:
    """What was rebuilt, and how it compares."""

    schema: str
    journals: int
    postings: int
    wallets: int
    unbalanced_journals: int
    difference_count: int
    differences: list[Difference]

    @property
    def agrees(self) -> bool:
        """Every balance came out as it stands."""
        return not self.difference_count and not self.unbalanced_journals


def replay(*, say: Callable[[str], None], keep: bool = False, using: str = OWNER) -> Replayed:
    """Rebuild all balances from journals and postings in a schema of their own and compare them.

    Atomic: one transaction that sees one moment; without ``keep`` the schema is gone afterwards.
    Repeat: a new schema each time.
    Writes: only in the new schema. The ledger is read.
    Raises: SetupBroken without the owner's connection or its right to make a schema, Unavailable.
    """
    if using not in connections:
        raise SetupBroken("DATABASE_OWNER_URL is not set; replay makes a schema as the owner")
    is_nested = connections[using].in_atomic_block  # only a test's transaction
    schema = f"replay_{timezone.now():%Y%m%d_%H%M%S_%f}"
    try:
        with transaction.atomic(using=using), connections[using].cursor() as cursor:
            if not is_nested:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            return _replay(cursor, schema, say, keep=keep)
    except DatabaseError as error:
        if getattr(error.__cause__, "sqlstate", "") == "42501":
            raise SetupBroken("the owner may not make a schema in this database") from error
        raise Unavailable(f"the replay could not be completed: {type(error).__name__}") from error


def _replay(cursor: Any, schema: str, say: Callable[[str], None], *, keep: bool) -> Replayed:
    name = sql.Identifier(schema)
    say(f"making schema {schema}")
    cursor.execute(sql.SQL("CREATE SCHEMA {}").format(name))
    say("rebuilding balances from the postings")
    cursor.execute(sql.SQL(sql_file("integrity/sql/replay_rebuild.sql")).format(schema=name))
    say("comparing with the balances as they stand")
    cursor.execute(sql.SQL(sql_file("integrity/sql/replay_compare.sql")).format(schema=name))
    rows = cursor.fetchmany(MOST)
    cursor.execute(sql.SQL(sql_file("integrity/sql/replay_counts.sql")).format(schema=name))
    counts = dict(zip([c.name for c in cursor.description], cursor.fetchone(), strict=True))
    if not keep:
        cursor.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(name))
    return Replayed(
        schema=schema if keep else "",
        difference_count=rows[0][-1] if rows else 0,
        differences=[_difference(row) for row in rows],
        **counts,
    )


def _difference(row: Any) -> Difference:
    width = len(COLUMNS)
    stands, rebuilt = row[2 : 2 + width], row[2 + width : 2 + 2 * width]
    return Difference(
        wallet_id=row[0],
        currency=row[1],
        stands={name: plain(value) for name, value in zip(COLUMNS, stands, strict=True)},
        rebuilt={name: plain(value) for name, value in zip(COLUMNS, rebuilt, strict=True)},
    )
