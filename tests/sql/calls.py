"""Calling the ledger's functions directly, past all Python."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.db import DatabaseError, connections

from tests.refusals import picture
from tests.sessions import Session
from wallets.models import Wallet

OWNER = "owner"
Line = tuple[Any, Any, Any, Any]  # wallet id, shard, balance type, amount


@dataclass
class Refusal:
    """What the database said."""

    sqlstate: str = ""
    constraint: str = ""
    detail: str = ""
    message: str = ""


@dataclass
class Journal:
    """The arguments of the booking functions; every test changes what it is about."""

    lines: Sequence[Line] = ()
    shard: int = 0
    transaction_id: int | None = None
    kind: str = "test"
    transition_key: str | None = field(default_factory=lambda: f"step-{uuid4()}")

    def arguments(self) -> list[Any]:
        """Give the first eight arguments: the four arrays last."""
        columns = [list(column) for column in zip(*self.lines, strict=True)] or [[], [], [], []]
        columns[3] = [None if amount is None else Decimal(amount) for amount in columns[3]]
        return [self.shard, self.transaction_id, self.kind, self.transition_key, *columns]


HEAD = (
    "%s::smallint, %s::bigint, %s::text, %s::text,"
    " %s::bigint[], %s::smallint[], %s::text[], %s::numeric[]"
)


def post(journal: Journal) -> Any:
    """Call post_journal_v1."""
    return run(f"SELECT journal_id FROM post_journal_v1({HEAD})", journal.arguments())  # noqa: S608


def place(journal: Journal, *, conditions: Sequence[str] = ()) -> int:
    """Call hold_place_v1 and give the hold's id; the hold functions are not the application's."""
    parameters = [*journal.arguments(), uuid4(), list(conditions)]
    statement = f"SELECT hold_id FROM hold_place_v1({HEAD}, %s::uuid, 'test', %s::text[], NULL)"  # noqa: S608
    return int(run(statement, parameters, using=OWNER)[0])


def capture(journal: Journal, *, hold_id: int, hold_shard: int) -> Any:
    """Call hold_capture_v1."""
    return run(
        f"SELECT journal_id FROM hold_capture_v1({HEAD}, %s::bigint, %s::smallint)",  # noqa: S608
        [*journal.arguments(), hold_id, hold_shard],
        using=OWNER,
    )


def void(journal: Journal, *, hold_id: int, hold_shard: int, end_state: str = "voided") -> Any:
    """Call hold_void_v1."""
    return run(
        "SELECT journal_id FROM hold_void_v1(%s::smallint, %s::bigint, %s::text, %s::text,"
        " %s::bigint, %s::smallint, %s::text)",
        [*journal.arguments()[:4], hold_id, hold_shard, end_state],
        using=OWNER,
    )


def run(statement: str, parameters: Sequence[Any] = (), *, using: str = "default") -> Any:
    """Run one statement in its own transaction and give its row."""
    with connections[using].cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchone()


def refused(call: Any, *arguments: Any, **named: Any) -> Refusal:
    """Expect a database error and not one row changed, and say what the error was."""
    before = picture()
    with pytest.raises(DatabaseError) as caught:
        call(*arguments, **named)
    cause = caught.value.__cause__
    assert isinstance(cause, psycopg.Error), caught.value
    assert cause.sqlstate, "the driver refused it, the database was not asked"
    assert picture() == before
    diag = cause.diag
    return Refusal(
        cause.sqlstate or "",
        diag.constraint_name or "",
        diag.message_detail or "",
        diag.message_primary or "",
    )


def line(wallet: Wallet, amount: Any, balance_type: str = "available") -> Line:
    """Give one line of a journal."""
    return (wallet.pk, wallet.shard, balance_type, amount)


def refusal_of(session: Session, statement: str, parameters: Sequence[Any] = ()) -> str:
    """Run a statement that must be refused in a session, and say with which code it was."""
    with pytest.raises(psycopg.Error) as caught, session.transaction():
        session.execute(statement, parameters)
    return caught.value.sqlstate or "?"
