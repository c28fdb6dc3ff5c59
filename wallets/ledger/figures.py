"""Amounts in refusals and of limits, written as everywhere else: with the currency's decimals."""

import decimal
from decimal import Decimal

from coinhub.core.errors import AmountInvalid
from coinhub.core.money import amount_text, dollars_text
from wallets.ledger.errors import InsufficientFunds, LimitExceeded, NothingLeft
from wallets.models import Limit

_OF_A_WALLET = ("available", "required", "left")
_OF_A_LIMIT = {
    "maximum": decimal.ROUND_DOWN,
    "used": decimal.ROUND_UP,
    "remaining": decimal.ROUND_DOWN,
}


def in_units(refusal: Exception, decimals: int | None) -> Exception:
    """Give a refusal of the database with its amounts in so many decimals; any other as it is."""
    if isinstance(refusal, LimitExceeded):
        told = {name: Decimal(refusal.members[name]) for name in _OF_A_LIMIT}
        counts = refusal.members["limit"] == Limit.Name.PAYMENTS_1H
        refusal.members.update(limit_texts(told, counts=counts))
    elif isinstance(refusal, InsufficientFunds | NothingLeft) and decimals is not None:
        for name in set(_OF_A_WALLET) & set(refusal.members):
            refusal.members[name] = _text(Decimal(refusal.members[name]), decimals)
    return refusal


def limit_texts(figures: dict[str, Decimal], *, counts: bool) -> dict[str, str]:
    """Write ``maximum``, ``used`` and ``remaining`` of a limit: dollars, or whole payments."""
    if counts:
        return {name: amount_text(value, 0) for name, value in figures.items()}
    return {name: dollars_text(value, _OF_A_LIMIT[name]) for name, value in figures.items()}


def _text(amount: Decimal, decimals: int) -> str:
    try:
        return amount_text(amount, decimals)
    except AmountInvalid:  # of a damaged row; what it has is told then
        return format(amount, "f")
