"""The drill ``invariants``: what must always hold, asked of the running database."""

from typing import Any

from django.db import connection, transaction

from coinhub.core.db import sql_file


def broken() -> dict[str, int]:
    """Count, for each promise, the places where it does not hold; all in one snapshot."""
    with transaction.atomic(), connection.cursor() as cursor:
        # The role's time-outs are for requests; this reads everything there is.
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET LOCAL transaction_timeout = 0")
        cursor.execute(sql_file("coinhub/drills/sql/invariants.sql"))
        return {str(promise): int(breaks) for promise, breaks in cursor.fetchall()}


def run(**_options: Any) -> dict[str, Any]:
    """Run the drill and give its result."""
    found = broken()
    return {"name": "invariants", "ok": not any(found.values()), "invariants": found}
