"""What rails tell us: each piece of news to the use case it is for."""

from collections.abc import Mapping

from coinhub.core.actor import Actor
from coinhub.core.db import database_clock
from wallets.rails.base import Arrival, PaymentNews
from wallets.rails.configured import rail_named
from wallets.services import payout_tracking, receipts


def take(*, rail_name: str, body: bytes, headers: Mapping[str, str], actor: Actor) -> None:
    """Check who tells it, then do what it says.

    Atomic: each piece of news is a transaction of its own.
    Repeat: nothing more happens.
    Writes: as the ``take_`` of receipts and of payouts.
    Raises: NotYours for a rail that is not there, NoticeRefused, and those of the use cases.
    """
    rail = rail_named(rail_name)
    for news in rail.read_notice(body, headers, database_clock()):
        if isinstance(news, Arrival):
            receipts.take_arrival(rail=rail, arrival=news, actor=actor)
        elif isinstance(news, PaymentNews):
            payout_tracking.take_news(rail=rail, news=news, actor=actor)
        else:
            receipts.take_return(rail=rail, news=news, actor=actor)
