"""No wallet has less than it may: available its floor, the others zero; nothing is NaN."""

from integrity.checks.found import Found, plain
from integrity.selectors.snapshot import Snapshot

CHECK = "floor"


def look(snapshot: Snapshot) -> list[Found]:
    """Say which balances are below what is allowed."""
    return [
        Found(
            check=CHECK,
            source="wallet below its floor" if row["amount"].is_finite() else "not a number",
            place=f"wallet {row['wallet_id']}, {row['balance_type']}",
            owner_id=row["owner_id"],
            currency=row["currency"],
            wallet_id=row["wallet_id"],
            figures={"amount": plain(row["amount"]), "floor": plain(row["lowest"])},
        )
        for row in snapshot.rows("floors")
    ]
