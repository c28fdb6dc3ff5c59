"""What a row names is there: wallets of postings, journals of operations, shards that match."""

from typing import Any

from integrity.checks.found import Found
from integrity.selectors.snapshot import Snapshot

CHECK = "references"


def look(snapshot: Snapshot) -> list[Found]:
    """Say which rows name something that is not there."""
    query = "references" if snapshot.wallets is None else "references_of"
    return [_found(row) for row in snapshot.rows(query)]


def _found(row: dict[str, Any]) -> Found:
    named = {"posting": row["posting_id"], "wallet": row["wallet_id"]}
    named |= {"journal": row["journal_id"], "transaction": row["transaction_id"]}
    return Found(
        check=CHECK,
        source=row["source"],
        place=", ".join(f"{name} {key}" for name, key in named.items() if key is not None),
        wallet_id=row["wallet_id"],
        journal_id=row["journal_id"],
        posting_id=row["posting_id"],
        figures={"times": str(row["times"])},
    )
