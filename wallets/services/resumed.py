"""What waited for a stop of deposits, or for a freeze, goes on when that is lifted."""

import structlog
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from coinhub.core.actor import Actor
from coinhub.core.errors import DomainError
from wallets.models import Freeze, Hold, HoldCondition, Journal, Stop, Transaction
from wallets.policies.routing import COMPLIANCE, PAUSED
from wallets.selectors.standings import Stopped, stops_now
from wallets.selectors.walks import walk
from wallets.services import releases
from wallets.services.deposits import NOT_RETURNED

log = structlog.get_logger(__name__)


def release_paused(*, actor: Actor) -> int:
    """Clear ``paused`` from what no stop holds any more, and say how many holds were released.

    Atomic: each hold by itself, so that one that refuses holds no other up.
    Repeat: nothing is left to clear.
    Writes: as ``releases.clear_condition``.
    """
    stops = stops_now()
    if any(stop.scope == Stop.Scope.ALL for stop in stops):
        return 0
    waiting = walk(_waiting_for(PAUSED))
    return sum(_release(hold, PAUSED, actor) for hold in waiting if not _is_stopped(hold, stops))


def release_unfrozen(*, actor: Actor) -> int:
    """Clear ``compliance`` from what no freeze holds any more, and say how much was released.

    What a rail would not take back waits for people instead, frozen or not.

    Atomic: each hold by itself.
    Repeat: nothing is left to clear.
    Writes: as ``releases.clear_condition``.
    """
    frozen = Freeze.objects.filter(
        customer_id=OuterRef("wallet__owner_id"),
        kind__in=(Freeze.Kind.CREDIT, Freeze.Kind.FULL),
        lifted_at__isnull=True,
    )
    refused = Journal.objects.filter(transaction_id=OuterRef("transaction_id"), kind=NOT_RETURNED)
    waiting = _waiting_for(COMPLIANCE).filter(~Exists(frozen), ~Exists(refused))
    return sum(_release(hold, COMPLIANCE, actor) for hold in walk(waiting))


def _is_stopped(hold: Hold, stops: tuple[Stopped, ...]) -> bool:
    return any(stop.holds(Transaction.Type.DEPOSIT, hold.wallet.currency_id) for stop in stops)


def _release(hold: Hold, code: str, actor: Actor) -> bool:
    try:
        with transaction.atomic():
            releases.lock_transactions([hold.transaction])
            return releases.clear_condition(hold, code, actor=actor, note="resumed")
    except DomainError as refusal:
        log.info("hold_not_released", hold=str(hold.public_id), code=refusal.code)
        return False


def _waiting_for(code: str) -> QuerySet[Hold]:
    condition = HoldCondition.objects.filter(
        hold=OuterRef("pk"), code=code, cleared_at__isnull=True
    )
    rows = Hold.objects.filter(Exists(condition), state=Hold.State.OPEN, balance_type="held")
    return rows.select_related("wallet", "transaction")
