"""The chart: which wallets the house has, by code, and in which currencies."""

from dataclasses import dataclass
from decimal import Decimal

SETTLEMENT = "A.SET"
TREASURY = "PLATFORM_TREASURY_WALLET"
RESERVE = "SYS-RESERVE-0001"
SUSPENSE = "S.SUSPENSE"
JOBS = "S.JOBS"


@dataclass(frozen=True, slots=True)
class HouseWallet:
    """One wallet the house has in a currency; without a floor it may go below zero."""

    code: str
    account: str
    meaning: str
    floor: Decimal | None = Decimal(0)
    only: str | None = None


HOUSE: tuple[HouseWallet, ...] = (
    HouseWallet(SETTLEMENT, "A.SET", "what we hold outside: banks, custody", floor=None),
    HouseWallet(TREASURY, "S.TREASURY", "the platform's own trading money"),
    HouseWallet(RESERVE, "S.RESERVE", "the platform's loss and correction reserve"),
    HouseWallet(SUSPENSE, "S.SUSPENSE", "received, owner unknown"),
    HouseWallet(JOBS, "S.JOBS", "points paid for jobs not finished", only="PTS"),
    HouseWallet("R.FEE.DEP", "R.FEE.DEP", "deposit fees earned", floor=None),
    HouseWallet("R.FEE.WDR", "R.FEE.WDR", "withdrawal fees earned", floor=None),
    HouseWallet("R.FEE.TRF", "R.FEE.TRF", "transfer fees earned", floor=None),
    HouseWallet("R.FEE.SWAP", "R.FEE.SWAP", "conversion fees earned", floor=None),
    HouseWallet("R.FEE.P2P", "R.FEE.P2P", "trade fees earned", floor=None),
)


def house_wallets(currency: str) -> tuple[HouseWallet, ...]:
    """List the wallets the house must have in a currency."""
    return tuple(entry for entry in HOUSE if entry.only in (None, currency))
