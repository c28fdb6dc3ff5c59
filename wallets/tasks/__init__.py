"""The wallets' work in the background; Celery finds the tasks here."""

from wallets.tasks import folding, prices, releases, transfers

__all__ = ["folding", "prices", "releases", "transfers"]
