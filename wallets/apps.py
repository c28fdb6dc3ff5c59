"""The app of wallets."""

from django.apps import AppConfig


class WalletsConfig(AppConfig):
    """The ledger and everything that moves money."""

    name = "wallets"

    def ready(self) -> None:
        """Listen to identities, make the kinds of approvals known, let the sandbox have prices."""
        from django.conf import settings

        from coinhub.events import within
        from kyc.services import decisions
        from wallets.selectors import prices
        from wallets.services import (
            deposit_returns,
            four_eyes,
            frozen_wallets,
            lifting,
            proposed_terms,
            releases,
        )
        from wallets.services.prices import record_sandbox

        within.subscribe(decisions.APPROVED, releases.release_for_identity)
        within.subscribe(decisions.BLOCKED, lifting.freeze_blocked)
        four_eyes.register()
        deposit_returns.register()
        within.subscribe("integrity.found", frozen_wallets.freeze_found)
        within.subscribe("integrity.found", frozen_wallets.stop_found)
        frozen_wallets.register()
        lifting.register()
        proposed_terms.register()
        if settings.SANDBOX:
            prices.refill_with(record_sandbox)
