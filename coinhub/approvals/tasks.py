"""Scheduled work: proposals nobody decided about end."""

from typing import Any

from celery import shared_task

from coinhub.approvals import services
from coinhub.core.actor import Actor


@shared_task(name="approvals.expire", ignore_result=True)
def expire(**_future: Any) -> None:
    """End what is older than a day; twice ends nothing more."""
    services.expire_due(actor=Actor(kind="worker", request_id="schedule"))
