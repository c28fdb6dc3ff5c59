"""What stands in a customer's way at this moment: stops, freezes, a pause."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.crypto import salted_hmac

from coinhub.core.db import sql_file
from coinhub.core.ids import shard_of
from coinhub.core.recent import Recent
from kyc.models import Case
from wallets.models import Freeze, Stop

STANDING = sql_file("wallets/sql/queries/standing.sql")
COLUMNS = 6
_STOPPED = """
SELECT s.scope, s.value, s.message,
       to_char(s.engaged_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
  FROM wallets_stop AS s WHERE s.lifted_at IS NULL ORDER BY s.id
"""


@dataclass(frozen=True, slots=True)
class Stopped:
    """One engaged stop: what it stops, what customers are told, since when."""

    scope: str
    value: str
    message: str
    since: str

    def holds(self, operation: str, currency: str) -> bool:
        """Say whether it stops this operation in this currency."""
        return (
            self.scope == Stop.Scope.ALL
            or (self.scope == Stop.Scope.OPERATION and self.value == operation)
            or (self.scope == Stop.Scope.CURRENCY and self.value == currency)
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a customer stands: what is in the way, and how far the identity is checked.

    Units:  ``pause_s`` and ``recipients_wait_s`` in seconds; ``refused_recipients`` of 24 hours.
    """

    stops: tuple[Stopped, ...] = ()
    freezes: frozenset[str] = frozenset()
    pause_s: int = 0
    refused_recipients: int = 0
    recipients_wait_s: int = 0
    kyc_status: str = Case.Status.NOT_STARTED
    tier: int = 0

    def stopped(self, operation: str, currency: str) -> Stopped | None:
        """Give the stop that holds an operation, if there is one."""
        return next((stop for stop in self.stops if stop.holds(operation, currency)), None)

    @property
    def may_pay(self) -> bool:
        """Say whether no freeze keeps the customer from paying."""
        return not self.freezes & {Freeze.Kind.DEBIT, Freeze.Kind.FULL}

    @property
    def may_receive(self) -> bool:
        """Say whether what arrives need not be looked at."""
        return not self.freezes & {Freeze.Kind.CREDIT, Freeze.Kind.FULL}


def standing_of(customer_id: UUID) -> Standing:
    """Read where a customer stands, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(STANDING, wanted_of(customer_id))
        return standing_in(cursor.fetchone())


def wanted_of(customer_id: UUID) -> dict[str, Any]:
    """Give the parameters of STANDING, for queries that it is a part of too."""
    return {
        "customer": customer_id,
        "shard": shard_of(customer_id),
        "rate_key": recipients_window(customer_id),
    }


def standing_in(row: Sequence[Any]) -> Standing:
    """Read the columns of STANDING, with which a row begins."""
    stops, freezes, pause_s, (refused, wait_s), kyc_status, tier = row[:COLUMNS]
    return Standing(
        stops=tuple(Stopped(*stop) for stop in stops or ()),
        freezes=frozenset(freezes),
        pause_s=pause_s or 0,
        refused_recipients=refused,
        recipients_wait_s=wait_s or 0,
        kyc_status=kyc_status or Case.Status.NOT_STARTED,
        tier=tier or 0,
    )


def engaged_stops() -> tuple[Stopped, ...]:
    """List the engaged stops as they were a moment ago: for what is shown, never for money."""
    return _engaged.get(None)


def stops_now() -> tuple[Stopped, ...]:
    """List the engaged stops as they are."""
    return _read_engaged(None)


def forget() -> None:
    """Read the engaged stops anew, after a change."""
    _engaged.forget()


def recipients_window(customer_id: UUID) -> str:
    """Name the window in which a customer's refused recipients are counted."""
    digest = salted_hmac("wallets.recipients", str(customer_id), algorithm="sha256").hexdigest()
    return f"recipients:{digest[:32]}"


def _read_engaged(_: None) -> tuple[Stopped, ...]:
    with connection.cursor() as cursor:
        cursor.execute(_STOPPED)
        return tuple(Stopped(*row) for row in cursor.fetchall())


_engaged = Recent(_read_engaged)
