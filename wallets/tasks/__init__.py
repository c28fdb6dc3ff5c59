"""The wallets' work in the background; Celery finds the tasks here."""

from wallets.tasks import folding, payouts, prices, releases, transfers

__all__ = ["folding", "payouts", "prices", "releases", "transfers"]
