"""Where prices come from: the interface of a source, and how one is chosen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

SANDBOX_SOURCE = "wallets.providers.sandbox.SandboxPrices"


@dataclass(frozen=True, slots=True)
class Quote:
    """What one unit of a currency is worth in US dollars.

    ``priced_at`` is the source's own time; ``None`` when it gives none and means now.
    """

    currency: str
    usd: Decimal
    priced_at: datetime | None = None


class PriceSource(Protocol):
    """An adapter to somebody who knows prices.

    It has time-outs of its own, raises when it got no answer, and leaves out a currency it does not
    know rather than guess. It is asked outside of any transaction.
    """

    @property
    def name(self) -> str:
        """Name the source, as it is recorded with each price."""
        ...

    def prices(self, currencies: Sequence[str]) -> list[Quote]:
        """Give the prices of these currencies, of those it knows."""
        ...


def configured() -> PriceSource | None:
    """Make the source that the installation names; the sandbox has one without."""
    name = settings.PRICE_SOURCE or (SANDBOX_SOURCE if settings.SANDBOX else "")
    if not name:
        return None
    source: PriceSource = import_string(name)()
    return source
