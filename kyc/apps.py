"""The app of identity."""

from django.apps import AppConfig


class KycConfig(AppConfig):
    """Who a customer is."""

    name = "kyc"
    verbose_name = "Identity"

    def ready(self) -> None:
        """Make the kinds of approvals known."""
        from kyc.services import four_eyes

        four_eyes.register()
