"""How often a password may be tried: one limit for pages, API and back office, in the database.

A try is taken before the password is looked at, so that as many at once as one likes are still as
few checks as the limit says. A try with the right password is given back. The owner of an account
signs in from a device known to it with tries of its own, which strangers cannot use up.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import connection
from django.utils.crypto import salted_hmac

from coinhub.core.db import database_clock, sql_file
from coinhub.core.errors import DomainError
from coinhub.core.requests import line_of
from coinhub.users.models import TryBudget

WINDOW_S = 60
PER_ACCOUNT = 5
PER_DEVICE = 5
PER_ADDRESS = 30
FORGET_AFTER = timedelta(hours=1)
TAKE = sql_file("coinhub/users/sql/take_try.sql")
log = structlog.get_logger(__name__)


class TooManySignIns(DomainError):
    """Too many sign-ins failed; pages, API and back office count together."""

    code = "RATE_LIMITED"
    status = 429
    title = "Too many tries; wait a minute"


@dataclass(frozen=True, slots=True)
class Try:
    """One try that was taken from a budget."""

    key: bytes
    taken_at: datetime


def take(*, email: str, address: str | None, device: str | None) -> list[Try]:
    """Take a try to check the password of an e-mail, whether anybody has it or not.

    ``device`` is the id of a device on which this e-mail has signed in before.

    Atomic: each budget by itself, at once and for good: needs no transaction and wants none.
    Writes: TryBudget.
    Raises: TooManySignIns.
    """
    if not settings.RATE_LIMITS:
        return []
    who = email.strip().lower()
    if device is not None:
        return [_take("device", f"{device} {who}", PER_DEVICE)]
    taken = [_take("address", line_of(address), PER_ADDRESS)] if address else []
    try:
        return [*taken, _take("account", who, PER_ACCOUNT)]
    except TooManySignIns:
        give_back(taken)  # no password is looked at, and others may share the address
        raise


def give_back(tries: list[Try]) -> None:
    """Give back the tries of a sign-in that was right."""
    with connection.cursor() as cursor:
        for one in tries:
            cursor.execute(
                "UPDATE users_trybudget SET tries = array_remove(tries, %s) WHERE key = %s",
                [one.taken_at, one.key],
            )


def forget(*, email: str) -> None:
    """Give an account all its tries, when its owner has reset the password by mail."""
    TryBudget.objects.filter(key=_key("account", email.strip().lower())).delete()


def sweep() -> int:
    """Delete budgets in which nothing is recent; give how many these were.

    Repeat: nothing more to delete.
    """
    old = TryBudget.objects.filter(tries__0__lt=database_clock() - FORGET_AFTER)
    empty = TryBudget.objects.filter(tries__len=0)
    return int(old.delete()[0]) + int(empty.delete()[0])


def _take(budget: str, name: str, most: int) -> Try:
    key = _key(budget, name)
    with connection.cursor() as cursor:
        cursor.execute(TAKE, {"key": key, "most": most, "window_s": WINDOW_S})
        is_taken, taken_at, wait_s = cursor.fetchone()
    if not is_taken:
        log.info("sign_in_limited", budget=budget)
        raise TooManySignIns(retry_after=max(1, wait_s))
    return Try(key, taken_at)


def _key(budget: str, name: str) -> bytes:
    return salted_hmac(f"coinhub.users.try.{budget}", name, algorithm="sha256").digest()
