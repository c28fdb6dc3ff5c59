"""The app of wallets."""

from django.apps import AppConfig


class WalletsConfig(AppConfig):
    """The ledger and everything that moves money."""

    name = "wallets"
