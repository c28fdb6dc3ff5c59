"""Running what credits somebody: again, when the credit was routed by what is not true any more."""

from collections.abc import Callable
from typing import TypeVar

from django.db import transaction

from wallets.ledger.errors import RoutedAnew

TRIES = 3
Result = TypeVar("Result")


def run(work: Callable[[], Result]) -> Result:
    """Run a piece of work in a transaction of its own, a few times when it must be routed again.

    Raises: RoutedAnew when it never stands still, and what the work refuses.
    """
    for _ in range(TRIES - 1):
        try:
            with transaction.atomic(durable=True):
                return work()
        except RoutedAnew:
            continue
    with transaction.atomic(durable=True):
        return work()
