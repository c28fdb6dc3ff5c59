"""The wallets' work in the background; Celery finds the tasks here."""

from wallets.tasks import prices

__all__ = ["prices"]
