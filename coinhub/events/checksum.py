"""The checksum of an audit event, computed apart from the database to compare with it.

The text that is hashed is ``coinhub-audit-1``, then for each column a comma and either ``-``
(nothing) or the number of bytes of its text, a colon, and the text. So no two rows have one text.
A moment is its microseconds since 1970 in UTC; JSON is as PostgreSQL writes ``jsonb``. An export of
these texts and the checksums is all that a verifier needs.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from coinhub.events.models import AuditEvent

VERSION = "coinhub-audit-1"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# In this order; ``occurred_at`` is made a number, the others are what the database writes for them.
COLUMNS = (
    "id", "shard", "occurred_at", "actor_kind", "actor_id", "address", "request_id", "action",
    "object_type", "object_id", "before", "after", "xact_id",
)  # fmt: skip
AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Wrong:
    """An event that is not what its checksum says."""

    event_id: int
    written: bytes
    computed: bytes


def canonical(values: Sequence[str | None]) -> bytes:
    """Write the texts of all columns, in order, as the one text that is hashed."""
    parts = [VERSION]
    for value in values:
        parts.append("-" if value is None else f"{len(value.encode())}:{value}")
    return ",".join(parts).encode()


def digest_of(values: Sequence[str | None]) -> bytes:
    """Give the SHA-256 of the texts of all columns, in order."""
    return hashlib.sha256(canonical(values)).digest()


def microseconds(moment: datetime) -> str:
    """Write a moment as its microseconds since 1970."""
    return str((moment - EPOCH) // timedelta(microseconds=1))


def find_wrong(events: QuerySet[AuditEvent]) -> Iterator[Wrong]:
    """Compute the checksums of events anew and give those that differ, in the order asked for."""
    for event_id, written, values in _texts(events):
        computed = digest_of(values)
        if computed != written:
            yield Wrong(event_id, written, computed)


def agrees(event_id: int) -> bool:
    """Say whether one event is what its checksum says."""
    return not list(find_wrong(AuditEvent.objects.filter(pk=event_id)))


def _texts(events: QuerySet[AuditEvent]) -> Iterable[tuple[int, bytes, list[str | None]]]:
    names = [name for name in COLUMNS if name != "occurred_at"]
    casts = {f"{name}_text": Cast(name, TextField()) for name in names}
    rows = events.annotate(**casts).values("pk", "checksum", "occurred_at", *casts)
    for row in rows.iterator(chunk_size=AT_ONCE):
        row["occurred_at_text"] = microseconds(row["occurred_at"])
        values = [row[f"{name}_text"] for name in COLUMNS]
        yield row["pk"], bytes(row["checksum"]), values
