"""Scheduled work: the rows of folded wallets."""

from typing import Any

from celery import shared_task

from wallets.services import folding


@shared_task(name="wallets.fold", ignore_result=True)
def fold(**_future: Any) -> None:
    """Bring the rows of folded wallets up to their postings; twice finds nothing more."""
    folding.fold_all()
