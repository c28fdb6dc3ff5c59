"""Incidents of payouts: staff are told, and where a rail cannot be trusted nothing more leaves."""

import structlog
from django.conf import settings
from django.core import mail
from django.db import transaction

from coinhub.core.actor import Actor
from coinhub.core.db import ClockTimestamp, require_transaction
from coinhub.events import audit, outbox
from wallets.models import Stop, Withdrawal, WithdrawalAttempt
from wallets.rails.base import Report

SYSTEM = Actor(kind="system")
OPERATION = "withdrawal"
MESSAGE = "Withdrawals are paused while we look at something. Your money is safe."
log = structlog.get_logger(__name__)


def tell_staff_step(row: Withdrawal, what: str) -> None:
    """Tell staff, once, that a withdrawal needs somebody.

    Atomic: needs the caller's transaction.
    Repeat: told once.
    Writes: Withdrawal, AuditEvent, ``withdrawal.stuck`` event; an e-mail afterwards.
    """
    require_transaction()
    rows = Withdrawal.objects.filter(pk=row.pk, reported_at__isnull=True)
    if rows.update(reported_at=ClockTimestamp()):
        _tell("withdrawal.stuck", row, {"what": what})


def stop_step(row: Withdrawal, action: str, told: dict[str, str]) -> None:
    """Tell staff of an incident, and stop withdrawals until people have looked at it.

    A stop holds an operation or a currency, not one within the other: this one holds withdrawals.

    Atomic: needs the caller's transaction.
    Repeat: one stop; every incident is told.
    Writes: Stop, AuditEvent, OutboxEvent; an e-mail afterwards.
    """
    require_transaction()
    reason = f"{action}: withdrawal {row.transaction.public_id}"
    engaged = Stop.objects.bulk_create(
        [Stop(scope=Stop.Scope.OPERATION, value=OPERATION, reason=reason, message=MESSAGE)],
        ignore_conflicts=True,
    )
    _tell(action, row, told | {"stopped": engaged[0].value})


def report_twice_step(
    row: Withdrawal, attempt: WithdrawalAttempt, report: Report, actor: Actor
) -> None:
    """Tell of an attempt that the rail had refused and now says was paid: it may be paid twice.

    Atomic, Writes: as ``stop_step``.
    """
    told = {"reference": attempt.reference, "standing": report.standing.value, "by": actor.kind}
    stop_step(row, "withdrawal.paid_under_a_refused_reference", told)


def report_uncovered(attempt: WithdrawalAttempt) -> None:
    """Tell of a late success that neither the customer nor the reserve can cover now.

    Atomic: opens its own transaction.
    Writes: as ``stop_step``; once.
    """
    with transaction.atomic(durable=True):
        rows = Withdrawal.objects.select_for_update(of=("self",), no_key=True)
        row = rows.select_related("transaction").get(pk=attempt.withdrawal_id)
        if row.reported_at is None:
            Withdrawal.objects.filter(pk=row.pk).update(reported_at=ClockTimestamp())
            stop_step(row, "withdrawal.late_success_uncovered", {"reference": attempt.reference})


def _tell(action: str, row: Withdrawal, told: dict[str, str]) -> None:
    name = str(row.transaction.public_id)
    audit.record(actor=SYSTEM, action=action, object_type="transaction", object_id=name, after=told)
    outbox.tell(event=action, object_id=name)
    log.error("incident", action=action, transaction=name, **told)
    transaction.on_commit(lambda: _write(action, name), robust=True)


def _write(action: str, name: str) -> None:
    if not settings.ALERT_EMAILS:
        return
    where = f"{settings.BASE_URL}/admin/"
    text = f"{action}\n\nTransaction {name}; see {where}\n"
    mail.send_mail(f"CoinHub: {action}", text, None, settings.ALERT_EMAILS, fail_silently=True)
