"""Scheduled work: the check, kept and told."""

from typing import Any

from celery import shared_task

from coinhub.core.actor import Actor
from integrity.services import scheduled


@shared_task(name="integrity.check", ignore_result=True)
def check(*, trigger: str, **_future: Any) -> None:
    """Run the full check; twice is one run more."""
    scheduled.check_and_tell(actor=Actor(kind="worker", request_id="schedule"), trigger=trigger)
