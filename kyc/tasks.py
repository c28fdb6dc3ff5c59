"""Work of identity in the background."""

from typing import Any

from celery import shared_task

from kyc.services import notices, reviews


@shared_task(name="kyc.tell_customers", ignore_result=True)
def tell_customers(**_future: Any) -> None:
    """Send what customers have not been told yet."""
    notices.tell_due()


@shared_task(name="kyc.release_lapsed", ignore_result=True)
def release_lapsed(**_future: Any) -> None:
    """Put cases back whose reviewer did not decide in time."""
    reviews.release_lapsed()
