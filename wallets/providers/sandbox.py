"""Prices for the sandbox: figures that stand still, so that an example comes out the same."""

import csv
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from wallets.providers.prices import Quote

FIGURES = Path(__file__).with_name("sandbox_prices.csv")


class SandboxPrices:
    """The figures of ``sandbox_prices.csv``, each with its origin; they hold now, whenever asked.

    Source: European Central Bank for fiat, named in each row; made-up round figures for crypto.
    """

    name = "sandbox"

    def __init__(self) -> None:
        if not settings.SANDBOX:
            raise ImproperlyConfigured("prices of the sandbox are for play money only")

    def prices(self, currencies: Sequence[str]) -> list[Quote]:
        """Give the figures of these currencies."""
        known = figures()
        return [Quote(code, known[code]) for code in currencies if code in known]


@lru_cache(maxsize=1)
def figures() -> dict[str, Decimal]:
    """Read the figures by currency."""
    with FIGURES.open(encoding="utf-8", newline="") as file:
        return {row["currency"]: Decimal(row["usd"]) for row in csv.DictReader(file)}
