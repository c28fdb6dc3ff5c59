"""Scheduled work: forgetting what only counted for a while."""

from typing import Any

from celery import shared_task

from coinhub.users.services import rate_windows


@shared_task(name="users.forget_windows", ignore_result=True)
def forget_windows(**_future: Any) -> None:
    """Delete the windows of callers who did not call for a day; twice deletes nothing more."""
    rate_windows.forget_old()
