"""What every page says while something is stopped."""

from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from wallets.models import Currency, Stop
from wallets.selectors import standings
from wallets.selectors.standings import Stopped

WORDS = {
    "deposit": "Deposits are paused.",
    "withdrawal": "Withdrawals are paused.",
    "transfer": "Payments to others are paused.",
    "refund": "Refunds are paused.",
}


def paused(_request: HttpRequest) -> dict[str, Any]:
    """Tell templates what is stopped; asked of the database only where a template shows it."""
    return {"paused": SimpleLazyObject(_engaged)}


def _engaged() -> list[tuple[str, str]]:
    """List what is stopped in words, and what customers are told; no database, no banner."""
    try:
        return [(_what(stop), stop.message) for stop in standings.engaged_stops()]
    except DatabaseError:
        return []


def _what(stop: Stopped) -> str:
    if stop.scope == Stop.Scope.ALL:
        return "Everything that moves money is paused."
    if stop.scope == Stop.Scope.CURRENCY:
        name = Currency.objects.filter(pk=stop.value).values_list("name", flat=True).first()
        return f"Everything in {name or stop.value} is paused."
    return WORDS.get(stop.value, f"{stop.value.capitalize()} is paused.")
