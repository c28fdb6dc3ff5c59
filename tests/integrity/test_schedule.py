"""Beat runs the full check every hour and every night; what it finds is logged and mailed."""

import pytest
from celery.schedules import crontab
from django.core import mail
from structlog.testing import capture_logs

from coinhub.celery import app
from coinhub.schedule import SCHEDULE
from integrity import tasks
from integrity.models import Run
from tests.integrity import damages


def test_the_schedule_asks_for_the_check_at_night_and_every_hour():
    checks = [entry for entry in SCHEDULE.values() if entry["task"] == "integrity.check"]
    times = {entry["kwargs"]["trigger"]: entry["schedule"] for entry in checks}
    assert times == {
        "nightly": crontab(hour="2", minute="0"),
        "hourly": crontab(minute="30"),
    }
    assert app.conf.beat_schedule == SCHEDULE
    app.loader.import_default_modules()  # as a worker does when it starts
    assert {entry["task"] for entry in SCHEDULE.values()} <= set(app.tasks)
    assert app.conf.timezone == "UTC"


class TestTask:
    def test_keeps_the_run_and_says_nothing_of_a_healthy_ledger(self, healthy, settings):
        settings.ALERT_EMAILS = ["ops@example.com"]
        tasks.check.run(trigger="nightly")
        run = Run.objects.latest("id")
        assert (run.trigger, run.status) == (Run.Trigger.NIGHTLY, Run.Status.HEALTHY)
        assert mail.outbox == []

    def test_run_twice_it_is_one_run_more_and_changes_nothing(self, healthy):
        before = Run.objects.count()
        tasks.check.run(trigger="hourly")
        tasks.check.run(trigger="hourly", something_of_a_later_version=1)
        assert Run.objects.count() == before + 2

    def test_logs_an_error_and_mails_what_was_found(self, copy, plant, settings):
        settings.ALERT_EMAILS = ["ops@example.com"]
        damages.posting_missing(plant, copy)
        with capture_logs() as logs:
            tasks.check.run(trigger="hourly")
        run = Run.objects.latest("id")
        assert run.findings.filter(is_cause=True, source="posting missing").exists()
        (logged,) = [line for line in logs if line["event"] == "integrity_failure"]
        assert logged["log_level"] == "error"
        (sent,) = mail.outbox
        assert sent.to == ["ops@example.com"]
        assert "posting missing: wallet" in sent.body

    def test_a_mail_that_cannot_be_sent_does_not_lose_the_run(self, copy, plant, settings):
        settings.ALERT_EMAILS = ["ops@example.com"]
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
        damages.wallet_row(plant, copy)
        tasks.check.run(trigger="hourly")
        assert Run.objects.latest("id").status == Run.Status.FAILED


@pytest.fixture(autouse=True)
def _empty_outbox():
    mail.outbox = []
