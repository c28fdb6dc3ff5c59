"""Every payment that was acknowledged is booked; every booking is told, once."""

from integrity.checks.found import Found
from integrity.selectors.snapshot import Snapshot


def look_at_keys(snapshot: Snapshot) -> list[Found]:
    """Say which callers were told of success without a booking."""
    return [
        Found(
            check="acknowledged payments",
            source="acknowledged and not booked",
            place=f"idempotency key {row['key_id']}, transaction {row['transaction_id']}",
        )
        for row in snapshot.rows("unkept")
    ]


def look_at_events(snapshot: Snapshot, kind: str) -> list[Found]:
    """Say which bookings have no event of the kind (``audit`` or ``outbox``), or too many."""
    return [
        Found(
            check=f"{kind} events",
            source=f"{kind} event missing"
            if not row[f"{kind}_events"]
            else f"{kind} event doubled",
            place=f"transaction {row['transaction_id']}, journal {row['journal_id']}",
            journal_id=row["journal_id"],
            figures={"events": str(row[f"{kind}_events"]), "journals": str(row["journals"])},
        )
        for row in snapshot.rows("untold")
        if not 1 <= row[f"{kind}_events"] <= row[f"{kind}_most"]
    ]
