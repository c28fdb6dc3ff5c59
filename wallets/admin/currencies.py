"""Currencies in the back office: the one thing staff add there."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from coinhub.core.admin import Link, OfficeAdmin, list_of
from coinhub.core.requests import actor_of
from wallets.models import Currency
from wallets.services import wallets


@admin.register(Currency)
class CurrencyAdmin(OfficeAdmin):
    """Currencies: adding one makes its house wallets; code, kind and decimals then stay."""

    list_display = ("code", "name", "kind", "decimals", "position")
    list_filter = ("kind",)
    ordering = ("position", "code")
    fields = ("code", "name", "kind", "decimals", "position")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("code", "kind", "decimals") if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def related(self, obj: Currency) -> list[Link]:
        return [list_of("wallets_wallet", "Its wallets", currency__code__exact=obj.pk)]

    def save_model(self, request: HttpRequest, obj: Currency, form: Any, change: bool) -> None:
        """Call the use case; the page's transaction is Django's, and the use case joins it."""
        if change:
            wallets.describe_currency(obj, actor=actor_of(request))
        else:
            wallets.add_currency(obj, actor=actor_of(request))
