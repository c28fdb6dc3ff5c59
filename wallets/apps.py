"""The app of wallets."""

from django.apps import AppConfig


class WalletsConfig(AppConfig):
    """The ledger and everything that moves money."""

    name = "wallets"

    def ready(self) -> None:
        """Let the sandbox record prices when they are asked for: there nobody waits a minute."""
        from django.conf import settings

        from wallets.selectors import prices
        from wallets.services import proposed_terms
        from wallets.services.prices import record_sandbox

        proposed_terms.register()
        if settings.SANDBOX:
            prices.refill_with(record_sandbox)
