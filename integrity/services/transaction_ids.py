"""Ids of database transactions after a logical restore: another cluster begins them anew."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection, connections

from coinhub.core.db import sql_file
from coinhub.core.errors import DomainError, SetupBroken

OWNER = "owner"
READ = sql_file("integrity/sql/transaction_ids.sql")
USE_UP = sql_file("integrity/sql/use_up_ids.sql")
FOLDED_AHEAD = sql_file("integrity/sql/folded_ahead.sql")
AT_ONCE = 100_000
MOST = 1_000_000_000  # hours; beyond that lies the server's own limit of ids in use at a time


class IdsTooFarBehind(DomainError):
    """More ids are missing than can sensibly be used up."""

    code = "IDS_TOO_FAR_BEHIND"
    status = 503
    title = "More ids are missing than can be used up; restore physically"


@dataclass(frozen=True, slots=True)
class Advanced:
    """The highest id that a row names, and the server's next one before and afterwards."""

    highest: int
    before: int
    next: int


def are_behind() -> bool:
    """Say whether the server's next id lies below what is folded; cheap, as the application."""
    with connection.cursor() as cursor:
        cursor.execute(FOLDED_AHEAD)
        return bool(cursor.fetchone()[0])


def advance(*, say: Callable[[str], None], using: str = OWNER) -> Advanced:
    """Use up ids until the server's next one lies above every id that a row of the database names.

    Atomic: each id is an empty transaction of its own; may be broken off at any time.
    Repeat: goes on where it stopped; nothing is done when the ids are ahead.
    Writes: no row.
    Raises: SetupBroken without the owner's connection, IdsTooFarBehind.
    """
    if using not in connections:
        raise SetupBroken("DATABASE_OWNER_URL is not set; ids are advanced as the owner")
    with connections[using].cursor() as cursor:
        cursor.execute(READ)
        highest, before = cursor.fetchone()
        now = before
        if highest - now >= MOST:
            raise IdsTooFarBehind(missing=highest - now + 1)
        if now <= highest:
            say(f"{highest - now + 1} ids to use up, about 100,000 in a second")
            cursor.execute("SET synchronous_commit = off")  # nothing is lost with them
        while now <= highest:
            missing = min(AT_ONCE, highest - now + 1)
            cursor.execute("SELECT set_config('coinhub.ids', %s, false)", [str(missing)])
            cursor.execute(USE_UP)
            now += missing  # others may have used up some too; never fewer
        cursor.execute("RESET synchronous_commit")
    return Advanced(highest, before, now)
