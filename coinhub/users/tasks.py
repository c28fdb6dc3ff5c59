"""Scheduled work: forgetting what only counted for a while."""

from typing import Any

from celery import shared_task

from coinhub.users.services import rate_windows, sessions, sign_in_limit


@shared_task(name="users.forget_windows", ignore_result=True)
def forget_windows(**_future: Any) -> None:
    """Delete the windows of callers who did not call for a day; twice deletes nothing more."""
    rate_windows.forget_old()


@shared_task(name="users.sweep_tries", ignore_result=True)
def sweep_tries(**_future: Any) -> None:
    """Delete budgets of sign-ins in which nothing is recent; twice finds nothing more."""
    sign_in_limit.sweep()


@shared_task(name="users.sweep_sessions", ignore_result=True)
def sweep_sessions(**_future: Any) -> None:
    """Delete sessions that ran out; twice finds nothing more."""
    sessions.sweep()
