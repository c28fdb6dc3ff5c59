"""The sandbox rail: nothing real, and the same every time.

How a payment goes is read off the last two digits of its amount, in the currency's decimals
(``12.03``, ``0.00000103``): ``01`` fails for good, ``02`` times out and turns out to be paid,
``03`` is paid and bounces, ``04`` is confirmed ten minutes later, ``05`` arrives with its notice
delivered twice. Everything else is paid at once. It keeps no state, so it needs none.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from enum import IntEnum

from django.conf import settings

from wallets.rails.base import Attempt, Notice, Outcome, Refused, Report, Sent, Standing, Unclear
from wallets.rails.notices import read
from wallets.rails.signatures import require_signed

NAME = "sandbox"
CONFIRMED_AFTER = timedelta(minutes=10)
BOUNCED_AFTER = timedelta(seconds=30)
MINIMUM = {"BTC": Decimal("0.00001"), "ETH": Decimal("0.0001")}
COST = {"BTC": Decimal("0.00001"), "ETH": Decimal("0.0001"), "USDT": Decimal("0.1")}


class Magic(IntEnum):
    """What the last two digits of an amount ask for."""

    FAILS = 1
    TIMES_OUT = 2
    BOUNCES = 3
    IS_SLOW = 4
    TWICE = 5


class SandboxRail:
    """A rail that pays nobody."""

    name = NAME

    def serves(self, currency: str, network: str) -> bool:
        """Serve everything."""
        return True

    def minimum(self, currency: str) -> Decimal:
        """Give a minimum for what costs something to collect; for the others there is none."""
        return MINIMUM.get(currency, Decimal(0))

    def send(self, attempt: Attempt) -> Outcome:
        """Take it, or do what its amount says."""
        asked = magic(attempt.amount, attempt.decimals)
        if asked == Magic.FAILS:
            return Refused("the sandbox refuses amounts that end in 01", retryable=False)
        if asked == Magic.TIMES_OUT:
            return Unclear("the sandbox gives no answer for amounts that end in 02")
        return Sent(_reference(attempt))

    def look_up(self, attempt: Attempt, now: datetime) -> Report:
        """Say how it stands by now."""
        asked = magic(attempt.amount, attempt.decimals)
        age = now - attempt.made_at
        if asked == Magic.FAILS:
            return Report(Standing.FAILED, reason="amounts that end in 01 fail")
        if asked == Magic.IS_SLOW and age < CONFIRMED_AFTER:
            return Report(Standing.ACCEPTED, _reference(attempt))
        cost = COST.get(attempt.currency, Decimal(0))
        if asked == Magic.BOUNCES and age >= BOUNCED_AFTER:
            came_back = attempt.amount
            return Report(Standing.BOUNCED, _reference(attempt), cost, came_back)
        return Report(Standing.CONFIRMED, _reference(attempt), cost)

    def send_back(self, external_ref: str) -> bool | None:
        """Return it at once."""
        return True

    def read_notice(self, body: bytes, headers: Mapping[str, str], now: datetime) -> list[Notice]:
        """Read a signed notice.

        Raises: NoticeRefused.
        """
        require_signed(settings.RAIL_SECRET, body, headers, now)
        return read(body)


def magic(amount: Decimal, decimals: int) -> int:
    """Give the last two digits of an amount."""
    return int(amount.scaleb(decimals)) % 100


def notices_of(amount: Decimal, decimals: int) -> int:
    """Say how often the sandbox delivers the notice of an arrival."""
    return 2 if magic(amount, decimals) == Magic.TWICE else 1


def _reference(attempt: Attempt) -> str:
    return f"sandbox-{attempt.reference}"


def write_arrival(**members: str | int) -> bytes:
    """Write the body of a notice, as a rail would send it; tests and drills sign it."""
    return json.dumps({"type": "arrival", **members}).encode()
