"""News that travels up inside the transaction of who tells it.

An app that lies lower knows nothing of those above; they subscribe at start (``AppConfig.ready``)
and are called within the teller's transaction. What they refuse, refuses the whole.
"""

from collections.abc import Callable
from typing import Any

from coinhub.core.db import require_transaction

Subscriber = Callable[..., object]

_subscribers: dict[str, list[Subscriber]] = {}


def subscribe(news: str, subscriber: Subscriber) -> None:
    """Have a step called with every piece of this news, in the order of subscription.

    Repeat: the same subscriber is called once.
    """
    known = _subscribers.setdefault(news, [])
    if subscriber not in known:
        known.append(subscriber)


def tell(news: str, **told: Any) -> None:
    """Call everybody who subscribed, now.

    Atomic: needs the caller's transaction; subscribers are steps in it and open none.
    Raises: what a subscriber raises, with which the teller's change is undone.
    """
    require_transaction()
    for subscriber in _subscribers.get(news, ()):
        subscriber(**told)
