"""Payments that wait: for a recipient who never comes, for a stop that was lifted."""

from typing import Any

from celery import shared_task

from coinhub.core.actor import system
from wallets.services import recalls, resumed


@shared_task(name="wallets.recall_forgotten", ignore_result=True)
def recall_forgotten(**_future: Any) -> None:
    """Give back what waited for a recipient's identity for thirty days; each once."""
    recalls.recall_forgotten(actor=system("recall_forgotten"))


@shared_task(name="wallets.release_paused", ignore_result=True)
def release_paused(**_future: Any) -> None:
    """Let what arrived during a stop of deposits, or a freeze, become available; each once."""
    resumed.release_paused(actor=system("release_paused"))
    resumed.release_unfrozen(actor=system("release_unfrozen"))
