"""Running what credits somebody: again, when the credit was routed by what is not true any more."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TypeVar

from django.db import connection, transaction

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


def attempt() -> AbstractContextManager[None]:
    """Give what a booking is tried in that may have to be routed again.

    A booking is one statement and leaves nothing behind when it is refused; only in a transaction
    of the caller's it needs a savepoint.
    """
    return transaction.atomic() if connection.in_atomic_block else nullcontext()
