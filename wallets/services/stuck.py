"""Stuck payments: what may be ended is ended, and staff are told of the rest."""

import structlog
from django.conf import settings
from django.core import mail
from django.db import transaction

from coinhub.core.actor import Actor, system
from coinhub.core.errors import DomainError
from coinhub.events import audit
from wallets.ledger import idempotency
from wallets.ledger.drafts import leg
from wallets.ledger.steps import StepDraft, Take, step
from wallets.models import BalanceType, Hold, Transaction
from wallets.selectors import stuck
from wallets.selectors.walks import walk

MOST = 500
BATCH = 5_000
State = Transaction.State
log = structlog.get_logger(__name__)


def finish_stuck(*, most: int = MOST) -> int:
    """End holds whose time is over, and tell staff of what stands too long; say of how many.

    Nothing that may have been paid is ever failed here: that only a rail's answer does.

    Atomic: each is a transaction of its own.
    Repeat: each is told of once.
    Writes: Journal with two Postings, Hold, Transaction (CANCELLED); AuditEvent.
    """
    actor = system("schedule")
    ended = sum(_expire(hold, actor) for hold in walk(stuck.list_expired_holds()))
    late = [txn for longest in stuck.LONGEST for txn in stuck.list_too_old(longest)[:most]]
    late += list(stuck.list_overdue()[:most])
    names = {str(txn.public_id): txn for txn in late}
    for txn in names.values():
        _tell(txn, actor)
    if names and settings.ALERT_EMAILS:
        text = "These payments have not moved for too long:\n\n" + "\n".join(names)
        to = settings.ALERT_EMAILS
        mail.send_mail("CoinHub: stuck payments", text, None, to, fail_silently=True)
    return ended + len(names)


def empty_answers() -> int:
    """Empty the answers of keys that are older than a day, and say of how many.

    The keys stay for ever, so that none is executed twice.

    Atomic: each batch is a transaction of its own.
    Repeat: nothing is left.
    Writes: IdempotencyKey.
    """
    emptied = 0
    while batch := idempotency.empty_old(BATCH):
        emptied += batch
    return emptied


def _expire(hold: Hold, actor: Actor) -> int:
    """Let a hold lapse, unless somebody captured it this moment."""
    draft = StepDraft(
        hold.transaction,
        (State.AUTHORISED,),
        State.CANCELLED,
        f"expired:{hold.pk}",
        legs=(
            leg(hold.wallet, hold.remaining.copy_negate(), BalanceType.LOCKED),
            leg(hold.wallet, hold.remaining),
        ),
        takes=(Take(hold, hold.remaining, Hold.State.EXPIRED),),
    )
    try:
        with transaction.atomic(durable=True):
            step(draft, actor=actor, event="hold.expired")
    except DomainError as refusal:
        log.info("hold_not_expired", hold=hold.pk, code=refusal.code)
        return 0
    return 1


def _tell(txn: Transaction, actor: Actor) -> None:
    name = str(txn.public_id)
    with transaction.atomic(durable=True):
        audit.record(
            actor=actor,
            action=stuck.REPORTED,
            object_type="transaction",
            object_id=name,
            after={"type": txn.type, "state": txn.state},
        )
    log.error("payment_stuck", transaction=name, type=txn.type, state=txn.state)
