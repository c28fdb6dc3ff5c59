"""Transfers that nobody can use."""

from typing import Any

from celery import shared_task

from coinhub.core.actor import system
from wallets.services import recalls


@shared_task(name="wallets.recall_forgotten", ignore_result=True)
def recall_forgotten(**_future: Any) -> None:
    """Give back what waited for a recipient's identity for thirty days; each once."""
    recalls.recall_forgotten(actor=system("recall_forgotten"))
