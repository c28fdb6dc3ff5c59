"""The app of integrity."""

from django.apps import AppConfig


class IntegrityConfig(AppConfig):
    """Checks, repair and replay; says whether the set-up is complete enough to serve."""

    name = "integrity"

    def ready(self) -> None:
        """Add the house's wallets to what /readyz looks at; the database is not asked yet."""
        from coinhub.core import health
        from integrity.services import startup

        health.READINESS["house wallets"] = startup.find_missing_house_wallets
