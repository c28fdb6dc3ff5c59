"""The form of notices that our own adapters use; a bank's adapter reads its bank's instead.

One JSON object with a ``type``: ``arrival`` (``external_ref``, ``account``, ``amount``,
``currency``, ``finality``, ``confirmations``), ``payment`` (``reference``, ``standing``,
``external_ref``, ``cost``, ``returned``, ``reason``) or ``return`` (``external_ref``, ``done``).
"""

import json
from decimal import Decimal
from typing import Any

from coinhub.core.errors import AmountInvalid
from coinhub.core.money import Money
from wallets.rails.base import (
    Arrival,
    Finality,
    Notice,
    NoticeRefused,
    PaymentNews,
    Report,
    ReturnNews,
    Standing,
)

LONGEST = 200
MOST_CONFIRMATIONS = 1_000_000


def read(body: bytes) -> list[Notice]:
    """Read a notice whose signature was checked.

    Raises: NoticeRefused for one that is not of the form.
    """
    try:
        told = json.loads(body)
        if not isinstance(told, dict):
            raise NoticeRefused
        readers = {"arrival": _arrival, "payment": _payment, "return": _return}
        return [readers[told["type"]](told)]
    except (ValueError, TypeError, KeyError, RecursionError, AmountInvalid):
        raise NoticeRefused from None


def _arrival(told: dict[str, Any]) -> Notice:
    confirmations = told.get("confirmations", 0)
    if type(confirmations) is not int or not 0 <= confirmations <= MOST_CONFIRMATIONS:
        raise NoticeRefused
    currency = _text(told, "currency")
    amount = Money.parse(told["amount"], currency)
    amount.require_positive()
    return Arrival(
        external_ref=_text(told, "external_ref"),
        account=_text(told, "account", empty=True),
        amount=amount.amount,
        currency=currency,
        finality=Finality(told["finality"]),
        confirmations=confirmations,
    )


def _payment(told: dict[str, Any]) -> Notice:
    returned = told.get("returned")
    report = Report(
        standing=Standing(told["standing"]),
        external_ref=_text(told, "external_ref", empty=True),
        cost=_amount(told.get("cost", "0")),
        returned=None if returned is None else _amount(returned),
        reason=_text(told, "reason", empty=True),
    )
    return PaymentNews(reference=_text(told, "reference"), report=report)


def _return(told: dict[str, Any]) -> Notice:
    if not isinstance(told["done"], bool):
        raise NoticeRefused
    return ReturnNews(external_ref=_text(told, "external_ref"), is_done=told["done"])


def _amount(text: Any) -> Decimal:
    return Money.parse(text, "").amount


def _text(told: dict[str, Any], name: str, *, empty: bool = False) -> str:
    text = told.get(name, "") if empty else told[name]
    if not isinstance(text, str) or len(text) > LONGEST or not (text or empty) or "\x00" in text:
        raise NoticeRefused
    return text
