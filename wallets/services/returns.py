"""Returns: ask rails to send held deposits back to where they came from."""

import structlog
from django.db import transaction

from coinhub.core.actor import Actor
from coinhub.core.errors import DomainError
from wallets.models import Hold, Receipt
from wallets.rails.base import ReturnNews
from wallets.rails.configured import rail_named
from wallets.selectors import receipts as arrivals
from wallets.services import deposits, receipts

MOST = 100
WORKER = Actor(kind="worker")
log = structlog.get_logger(__name__)


def send_back_due(*, most: int = MOST) -> int:
    """Ask the rails to return what is to be returned, and say of how much they have decided.

    What came over no rail, or back from one, cannot go back over it: it is held again.

    Atomic: the rail is asked outside of every transaction; each outcome is one of its own.
    Repeat: asked again until the rail decides; a rail returns an arrival once.
    Writes: as ``receipts.take_return``.
    """
    return sum(_send_back(hold) for hold in arrivals.list_returns()[:most])


def _send_back(hold: Hold) -> int:
    receipt = arrivals.find_receipt(hold)
    try:
        if receipt is None or receipts.is_bounce(receipt):
            with transaction.atomic(durable=True):
                why = "it came over no rail"
                deposits.refuse_return_step(hold=hold, actor=WORKER, reason=why)
            return 1
        return _ask(receipt)
    except DomainError as refusal:
        log.warning("not_returned", hold=hold.pk, code=refusal.code)
        return 0


def _ask(receipt: Receipt) -> int:
    rail = rail_named(receipt.rail)
    try:
        is_done = rail.send_back(receipt.external_ref)
    except Exception:  # noqa: BLE001  # an adapter's fault says nothing; it is asked again
        log.exception("rail_failed", rail=rail.name, receipt=receipt.pk)
        return 0
    if is_done is None:
        return 0
    news = ReturnNews(receipt.external_ref, is_done)
    receipts.take_return(rail=rail, news=news, actor=WORKER)
    return 1
