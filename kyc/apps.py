"""The app of identity."""

from django.apps import AppConfig


class KycConfig(AppConfig):
    """Who a customer is."""

    name = "kyc"
    verbose_name = "Identity"
