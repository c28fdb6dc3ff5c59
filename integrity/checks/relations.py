"""The four relations agree for every wallet, and its version counts its postings."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from coinhub.core.money import CONTEXT, total
from integrity.selectors.snapshot import Snapshot

TYPES = ("available", "held", "locked", "invested")
RELATIONS = ("wallets", "crypto_balances", "trader_balances", "internal_balances")
Balances = dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class Figures:
    """One wallet as each of the four relations has it, and the length of its history.

    ``version`` is what the wallet row says, ``newest`` the highest seq, ``postings`` their number.
    """

    wallet_id: int
    owner_id: UUID | None
    code: str | None
    currency: str
    decimals: int
    is_folded: bool
    version: int
    newest: int
    postings: int
    in_sync: bool
    relations: dict[str, Balances]

    def off(self, balance_type: str) -> Decimal:
        """Say how much more the wallet row has than its postings."""
        row, posted = self.relations["wallets"], self.relations["crypto_balances"]
        return CONTEXT.subtract(row[balance_type], posted[balance_type])


def compare(
    snapshot: Snapshot, *, wallets: list[int] | None = None, everything: bool = False
) -> list[Figures]:
    """List the wallets that do not agree, or with ``everything`` all that are looked at."""
    if wallets is None:
        rows = snapshot.rows("figures", everything=everything)
    else:
        rows = snapshot.rows("figures", everything=everything, wallets=wallets)
    return [_figures(row) for row in rows]


def _figures(row: dict[str, Any]) -> Figures:
    posted = {name: row[f"crypto_{name}"] for name in TYPES}
    in_total = total([posted[name] for name in ("available", "held", "locked")])
    reserved = {name: row[f"trader_{name}"] for name in ("held", "locked")}
    trader = {
        "available": CONTEXT.subtract(in_total, total(reserved.values())),
        **reserved,
        "invested": posted["invested"],
    }
    relations = {
        "wallets": {name: row[name] for name in TYPES} | {"total": row["total"]},
        "crypto_balances": posted | {"total": in_total},
        "trader_balances": trader | {"total": in_total},
        "internal_balances": _with_total({name: row[f"internal_{name}"] for name in TYPES}),
    }
    kept = (
        "wallet_id",
        "owner_id",
        "code",
        "currency",
        "decimals",
        "is_folded",
        "version",
        "newest",
    )
    return Figures(
        **{name: row[name] for name in kept},
        postings=row["postings"],
        in_sync=row["in_sync"],
        relations=relations,
    )


def _with_total(balances: Balances) -> Balances:
    parts = [balances[name] for name in ("available", "held", "locked")]
    return balances | {"total": total(parts)}
