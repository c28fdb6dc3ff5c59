"""Prices in the back office."""

from typing import ClassVar

from django.contrib import admin

from coinhub.core.admin import ReadOnlyAdmin
from coinhub.core.money import trimmed_text
from wallets.models import Price


@admin.register(Price)
class PriceAdmin(ReadOnlyAdmin):
    """What currencies were worth, newest first, and who said so."""

    list_display = ("currency", "dollars", "source", "priced_at", "recorded_at")
    list_filter: ClassVar[tuple[str, ...]] = ("currency",)
    fields = ("id", "currency", "dollars", "source", "priced_at", "recorded_at")

    @admin.display(description="US dollars for one")
    def dollars(self, price: Price) -> str:
        return trimmed_text(price.usd)
