"""Arrivals that a rail called final and takes back: what was booked stays, and people decide."""

import structlog
from django.conf import settings
from django.core import mail
from django.db import transaction

from coinhub.core.actor import Actor
from coinhub.core.db import require_transaction
from coinhub.events import audit, outbox
from coinhub.events.models import AuditEvent
from wallets.models import Receipt

ACTION = "deposit.taken_back_by_the_rail"
log = structlog.get_logger(__name__)


def report_step(receipt: Receipt, actor: Actor) -> None:
    """Tell staff, once, that an arrival which was booked did not happen.

    Nothing is taken from the customer here: that is a reversal, which two people decide, with what
    becomes of a part that was spent.

    Atomic: needs the caller's transaction, which holds the receipt.
    Repeat: told once.
    Writes: AuditEvent, OutboxEvent; an e-mail afterwards.
    """
    require_transaction()
    if receipt.transaction is None:
        return
    name = str(receipt.transaction.public_id)
    if AuditEvent.objects.filter(
        action=ACTION, object_type="transaction", object_id=name, after__receipt=receipt.pk
    ).exists():
        return
    told = {"rail": receipt.rail, "receipt": receipt.pk, "reference": receipt.external_ref}
    audit.record(actor=actor, action=ACTION, object_type="transaction", object_id=name, after=told)
    outbox.tell(event=ACTION, object_id=name)
    log.error("incident", action=ACTION, transaction=name, rail=receipt.rail, receipt=receipt.pk)
    transaction.on_commit(lambda: _write(name), robust=True)


def _write(name: str) -> None:
    if settings.ALERT_EMAILS:
        text = (
            f"A rail says that an arrival which was booked did not happen.\n\nTransaction {name};"
            f" see {settings.BASE_URL}/admin/\nDecide whether to reverse it.\n"
        )
        mail.send_mail(f"CoinHub: {ACTION}", text, None, settings.ALERT_EMAILS, fail_silently=True)
