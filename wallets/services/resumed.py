"""What waited for a stop of deposits goes on when it is lifted."""

import structlog
from django.db import transaction
from django.db.models import Exists, OuterRef

from coinhub.core.actor import Actor
from coinhub.core.errors import DomainError
from wallets.models import Hold, HoldCondition, Stop, Transaction
from wallets.policies.routing import PAUSED
from wallets.selectors.standings import Stopped, stops_now
from wallets.services import releases

MOST_AT_ONCE = 500
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
    return sum(_release(hold, actor) for hold in _paused() if not _is_stopped(hold, stops))


def _is_stopped(hold: Hold, stops: tuple[Stopped, ...]) -> bool:
    return any(stop.holds(Transaction.Type.DEPOSIT, hold.wallet.currency_id) for stop in stops)


def _release(hold: Hold, actor: Actor) -> bool:
    try:
        with transaction.atomic():
            releases.lock_transactions([hold.transaction_id])
            return releases.clear_condition(hold, PAUSED, actor=actor, note="resumed")
    except DomainError as refusal:
        log.info("paused_hold_not_released", hold=str(hold.public_id), code=refusal.code)
        return False


def _paused() -> list[Hold]:
    condition = HoldCondition.objects.filter(
        hold=OuterRef("pk"), code=PAUSED, cleared_at__isnull=True
    )
    rows = Hold.objects.filter(Exists(condition), state=Hold.State.OPEN, balance_type="held")
    return list(rows.select_related("wallet", "transaction").order_by("id")[:MOST_AT_ONCE])
