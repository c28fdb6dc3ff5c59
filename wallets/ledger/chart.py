"""The chart: which wallets the house has, by code, and in which currencies."""

from dataclasses import dataclass
from decimal import Decimal

SETTLEMENT = "A.SET"
TREASURY = "PLATFORM_TREASURY_WALLET"
RESERVE = "SYS-RESERVE-0001"
SUSPENSE = "S.SUSPENSE"
JOBS = "S.JOBS"
FEE_DEPOSIT = "R.FEE.DEP"
FEE_WITHDRAWAL = "R.FEE.WDR"
FEE_TRANSFER = "R.FEE.TRF"
FEES = "R.FEE."  # how the codes of fees begin


@dataclass(frozen=True, slots=True)
class HouseWallet:
    """One wallet the house has in a currency; without a floor it may go below zero.

    A folded one collects or mirrors the outside: bookings on it do not queue at its row.
    """

    code: str
    account: str
    meaning: str
    floor: Decimal | None = Decimal(0)
    only: str | None = None
    folded: bool = False


HOUSE: tuple[HouseWallet, ...] = (
    HouseWallet(
        SETTLEMENT, "A.SET", "what we hold outside: banks, custody", floor=None, folded=True
    ),
    HouseWallet(TREASURY, "S.TREASURY", "the platform's own trading money"),
    HouseWallet(RESERVE, "S.RESERVE", "the platform's loss and correction reserve"),
    HouseWallet(SUSPENSE, "S.SUSPENSE", "received, owner unknown"),
    HouseWallet(JOBS, "S.JOBS", "points paid for jobs not finished", only="PTS"),
    HouseWallet(FEE_DEPOSIT, "R.FEE.DEP", "deposit fees earned", folded=True),
    HouseWallet(FEE_WITHDRAWAL, "R.FEE.WDR", "withdrawal fees earned", folded=True),
    HouseWallet(FEE_TRANSFER, "R.FEE.TRF", "transfer fees earned", folded=True),
    HouseWallet("R.FEE.SWAP", "R.FEE.SWAP", "conversion fees earned", folded=True),
    HouseWallet("R.FEE.P2P", "R.FEE.P2P", "trade fees earned", folded=True),
)


def house_wallets(currency: str) -> tuple[HouseWallet, ...]:
    """List the wallets the house must have in a currency."""
    return tuple(entry for entry in HOUSE if entry.only in (None, currency))
