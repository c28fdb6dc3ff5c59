"""The house has all its wallets in every currency, and a customer one primary wallet."""

from integrity.checks.found import Found
from integrity.selectors.snapshot import Snapshot

CHECK = "house wallets"

# The chart as this side knows it: (code, the only currency it is for). Written down twice on
# purpose, integrity does not use the code it judges; a test compares the two.
CHART: tuple[tuple[str, str | None], ...] = (
    ("A.SET", None),
    ("PLATFORM_TREASURY_WALLET", None),
    ("SYS-RESERVE-0001", None),
    ("S.SUSPENSE", None),
    ("S.JOBS", "PTS"),
    ("R.FEE.DEP", None),
    ("R.FEE.WDR", None),
    ("R.FEE.TRF", None),
    ("R.FEE.SWAP", None),
    ("R.FEE.P2P", None),
)


def look(snapshot: Snapshot) -> list[Found]:
    """Say which wallets of the house are missing."""
    codes, onlies = zip(*CHART, strict=True)
    return [
        Found(
            check=CHECK,
            source="house wallet missing",
            place=f"{row['code']} in {row['currency']}",
            currency=row["currency"],
            figures={"code": row["code"]},
        )
        for row in snapshot.rows("house", codes=list(codes), onlies=list(onlies))
    ]


def look_at_primaries(snapshot: Snapshot) -> list[Found]:
    """Say which customers have no primary wallet, or several."""
    return [
        Found(
            check="primary wallet",
            source="primary wallet missing" if not row["primaries"] else "several primary wallets",
            place=f"customer {row['owner_id']}",
            owner_id=row["owner_id"],
            wallet_id=row["wallet_id"],
            figures={"primary_wallets": str(row["primaries"])},
        )
        for row in snapshot.rows("primaries")
    ]
