"""What a refusal must leave behind: nothing. For tests on committed rows (``committed_db``)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection

# Every table a booking could write to; read as the application may.
WATCHED = (
    "wallets_wallet",
    "wallets_journal",
    "wallets_posting",
    "wallets_fold",
    "wallets_hold",
    "wallets_holdcondition",
    "wallets_transaction",
    "wallets_idempotencykey",
    "wallets_currency",
    "events_auditevent",
    "events_outboxevent",
)
_PICTURE = " UNION ALL ".join(
    # Text of the whole row, in one order: any change of any column shows.
    f"SELECT '{table}', count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)"  # noqa: S608
    f" FROM {table} AS t"
    for table in WATCHED
)


def picture() -> dict[str, Any]:
    """Count and hash the rows of every watched table."""
    with connection.cursor() as cursor:
        cursor.execute(_PICTURE)
        return {table: (count, digest) for table, count, digest in cursor.fetchall()}


@contextmanager
def refused(kind: type[Exception], **expected: Any) -> Iterator[pytest.ExceptionInfo[Any]]:
    """Expect a refusal of this kind with these attributes, and not one row changed by it."""
    before = picture()
    with pytest.raises(kind) as caught:
        yield caught
    assert type(caught.value) is kind
    for name, value in expected.items():
        members = getattr(caught.value, "members", {})
        assert members.get(name, getattr(caught.value, name, None)) == value
    assert picture() == before


@contextmanager
def nothing_written() -> Iterator[None]:
    """Expect that not one row changes."""
    before = picture()
    yield
    assert picture() == before
