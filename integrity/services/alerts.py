"""Alerts: what a run found is logged as an error and mailed, and the wallets concerned are told of.

Integrity judges and changes nothing: who subscribes to ``FOUND`` acts on it.
"""

import structlog
from django.conf import settings
from django.core.mail import send_mail
from django.db import DatabaseError, transaction

from coinhub.core.actor import Actor
from coinhub.events import within
from integrity.services.check import Checked

log = structlog.get_logger(__name__)
FOUND = "integrity.found"
MOST = 20  # findings in a mail; the back office shows all


def raise_alert(checked: Checked, *, actor: Actor) -> None:
    """Tell the operators what was found, and whoever keeps wallets; of a healthy run nothing.

    Atomic: the news in a transaction of its own, before the mail.
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
    _tell(checked, actor)
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


def _tell(checked: Checked, actor: Actor) -> None:
    """Tell who keeps wallets; when that is not possible the operators still get their mail."""
    found, run = checked.findings, str(checked.run.public_id)
    news = {
        "wallet_ids": sorted({f.wallet_id for f in found if f.wallet_id is not None}),
        # Where the cause itself is, not what follows from it elsewhere.
        "causes": sorted({f.wallet_id for f in found if f.is_cause and f.wallet_id is not None}),
        "currencies": sorted({f.currency for f in found if f.is_cause and f.wallet_id is None}),
    }
    try:
        with transaction.atomic():
            within.tell(FOUND, run=run, actor=actor, **news)
    except DatabaseError:
        log.exception("integrity_news_not_told", run=run)
