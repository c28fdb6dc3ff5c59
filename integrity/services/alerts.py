"""Alerts: what a scheduled run found is logged as an error and mailed."""

import structlog
from django.conf import settings
from django.core.mail import send_mail

from integrity.services.check import Checked

log = structlog.get_logger(__name__)
MOST = 20  # findings in a mail; the back office shows all


def raise_alert(checked: Checked) -> None:
    """Tell the operators what was found; says nothing of a healthy run.

    Repeat: one more mail. A mail that cannot be sent is logged, the run is kept all the same.
    """
    if checked.is_healthy:
        return
    run, causes = checked.run, [found for found in checked.findings if found.is_cause]
    log.error(
        "integrity_failure",
        run=str(run.public_id),
        findings=run.finding_count,
        causes=[f"{found.source}: {found.place}" for found in causes[:MOST]],
    )
    if not settings.ALERT_EMAILS:
        return
    lines = [f"- {found.source}: {found.place}" for found in causes[:MOST]]
    text = (
        f"The {run.trigger} integrity check found {run.finding_count} things wrong.\n\n"
        + "\n".join(lines)
        + f"\n\nRun {run.public_id}: {settings.BASE_URL}/admin/integrity/run/{run.pk}/\n"
        "What to do: docs/runbooks/integrity-failure.md\n"
    )
    try:
        send_mail("CoinHub: integrity failure", text, None, settings.ALERT_EMAILS)
    except OSError:
        log.exception("integrity_alert_not_sent", run=str(run.public_id))
