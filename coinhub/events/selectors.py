"""Reads of events."""

from django.db import connection

from coinhub.core.db import sql_file

OBJECT_TYPES = sql_file("coinhub/events/sql/object_types.sql")


def list_object_types() -> list[str]:
    """List what kinds of objects the audit trail is about, without reading all of it."""
    with connection.cursor() as cursor:
        cursor.execute(OBJECT_TYPES)
        return [row[0] for row in cursor.fetchall()]
