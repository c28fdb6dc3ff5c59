"""Telling customers by e-mail what became of their case, from the outbox, after the commit."""

from uuid import UUID

import structlog
from django.conf import settings
from django.core.mail import send_mail
from django.db import connection, transaction
from django.template.loader import render_to_string
from django.utils import timezone

from coinhub.core.db import sql_file
from coinhub.events.models import OutboxEvent
from coinhub.users.models import User
from kyc import requirements
from kyc.models import Case
from kyc.selectors import cases

SUBJECTS = {
    "kyc.submitted": "We are checking your identity",
    "kyc.changes_requested": "We need a document again",
    "kyc.approved": "Your identity is verified",
    "kyc.rejected": "We could not verify your identity",
    "kyc.raise_refused": "Your limits stay as they are",
    "kyc.blocked": "Your account is blocked",
}
MOST_AT_ONCE = 100
CLAIM = sql_file("kyc/sql/queries/claim_untold.sql")
log = structlog.get_logger(__name__)


def tell_due() -> int:
    """Send what customers have not been told yet, oldest first, and count it.

    A letter that cannot be sent is tried again later; one that was sent by a process that ended
    right then is sent twice.

    Atomic: each claim and each end in its own transaction; none while a letter is sent.
    Repeat: nothing more to send.
    Writes: OutboxEvent (attempts, relayed_at).
    """
    told = 0
    for _ in range(MOST_AT_ONCE):
        claimed = _claim()
        if claimed is None:
            return told
        event_id, event, customer_id = claimed
        try:
            _send(event, UUID(customer_id))
        except OSError as failure:
            log.warning("kyc_letter_not_sent", letter=event, kind=type(failure).__name__)
            continue
        OutboxEvent.objects.filter(pk=event_id).update(relayed_at=timezone.now())
        told += 1
    return told


def _claim() -> tuple[int, str, str] | None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(CLAIM)
        found: tuple[int, str, str] | None = cursor.fetchone()
    return found


def _send(event: str, customer_id: UUID) -> None:
    """Write to a customer; who has no e-mail reads it on the page."""
    person = User.objects.filter(pk=customer_id, is_active=True).first()
    case = Case.objects.filter(customer_id=customer_id).first()
    if person is None or not person.email or case is None or event not in SUBJECTS:
        return
    rejection = cases.newest_rejection(case)
    words = {
        "person": person,
        "case": case,
        "asked": cases.asked_again(case),
        "reason": requirements.REJECT_REASONS.get(rejection.reason, "") if rejection else "",
        "address": f"{settings.BASE_URL}/kyc/",
        "hours": requirements.SLA_HOURS,
    }
    text = render_to_string(f"kyc/mail/{event.removeprefix('kyc.')}.txt", words)
    send_mail(SUBJECTS[event], text, None, [person.email])
