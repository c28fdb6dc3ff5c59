"""The holds of an operation are for what it put into held and locked, and no hold stands alone."""

from typing import Any

from coinhub.core.money import CONTEXT
from integrity.checks.found import Found, plain
from integrity.selectors.snapshot import Snapshot

CHECK = "holds"


def look(snapshot: Snapshot) -> list[Found]:
    """Say which holds differ from the postings they stand for."""
    return [_judge(row) for row in snapshot.rows("holds")]


def _judge(row: dict[str, Any]) -> Found:
    source, hold_id = _name(row)
    wallet_id = row["wallet_id"]
    place = f"hold {hold_id} (wallet {wallet_id})" if hold_id else f"wallet {wallet_id}"
    return Found(
        check=CHECK,
        source=source,
        place=f"{place}, {row['balance_type']}",
        wallet_id=wallet_id,
        journal_id=row["journal_id"],
        hold_id=hold_id,
        balance_type=row["balance_type"],
        figures={
            "hold_amount": plain(row["hold_placed"]),
            "hold_remaining": plain(row["hold_remaining"]),
            "posted_amount": plain(row["posted_placed"]),
            "posted_remaining": plain(row["posted_remaining"]),
        },
    )


def _name(row: dict[str, Any]) -> tuple[str, int | None]:
    ids: list[int] = row["hold_ids"] or []
    if not ids:
        return "hold missing", None
    if not row["wallet_is_there"]:
        return "orphan hold: its wallet is not there", ids[0]
    if not row["transaction_is_there"]:
        return "orphan hold: its transaction is not there", ids[0]
    if row["posted_placed"] is None:
        return "orphan hold: no posting put the money there", ids[0]
    alone = _one_too_many(row)
    if alone is not None:
        return "orphan hold: no posting put the money there", alone
    return "hold amount", ids[0] if len(ids) == 1 else ids[-1]


def _one_too_many(row: dict[str, Any]) -> int | None:
    """Find a hold without which the others are right; the newest of several."""
    spare = (
        CONTEXT.subtract(row["hold_placed"], row["posted_placed"]),
        CONTEXT.subtract(row["hold_remaining"], row["posted_remaining"]),
    )
    holds = list(zip(row["hold_ids"], row["amounts"], row["remainders"], strict=True))
    for hold_id, amount, remaining in reversed(holds) if len(holds) > 1 else []:
        if (amount, remaining) == spare:
            return int(hold_id)
    return None
