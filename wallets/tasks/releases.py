"""Scheduled work: held money that need not wait any more."""

from typing import Any

from celery import shared_task

from wallets.services import releases


@shared_task(name="wallets.release_due", ignore_result=True)
def release_due(**_future: Any) -> None:
    """Release what waits for nothing any more; twice releases nothing more."""
    releases.release_due()
