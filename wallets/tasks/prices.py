"""Prices, each minute."""

from typing import Any

from celery import shared_task

from wallets.services import prices


@shared_task(name="wallets.record_prices", ignore_result=True)
def record_prices(**_future: Any) -> None:
    """Record what currencies are worth; twice is a row more, or none."""
    prices.record_prices()
