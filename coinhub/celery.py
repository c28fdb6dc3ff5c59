"""The Celery app: JSON only, late acknowledgement, no results."""

from celery import Celery

from coinhub.schedule import SCHEDULE

app = Celery("coinhub")
app.conf.update(
    namespace="CELERY",
    task_serializer="json",
    accept_content=["json"],
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    task_time_limit=900,
    task_soft_time_limit=840,
    broker_connection_retry_on_startup=True,
    worker_hijack_root_logger=False,
    timezone="UTC",
    beat_schedule=SCHEDULE,
)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
