"""Booking many operations in one database transaction, without waiting for each answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from django.db import DatabaseError, InterfaceError, connection

from coinhub.core.actor import Actor
from coinhub.core.db import require_transaction
from wallets.ledger.drafts import TransactionDraft
from wallets.ledger.errors import IdempotencyKeyReused, translate
from wallets.ledger.posting import BOOK_TRANSACTION, statement_parameters
from wallets.ledger.request import MoneyRequest


@dataclass(frozen=True, slots=True)
class Outcome:
    """The transaction booked for a draft, now or before under the same key."""

    transaction_id: int
    replayed: bool


def book_many(
    operations: Sequence[tuple[TransactionDraft, MoneyRequest]], *, actor: Actor, event: str
) -> list[Outcome]:
    """Book operations in the order given, all or none.

    Each goes through the same function as a single one; only the waiting is saved.

    Atomic: needs the caller's transaction.
    Repeat: an operation whose key was used for the same words gives back the first Transaction.
    Writes: as ``posting.book``, for each operation.
    Raises: the first refusal; the caller's transaction is then lost.
    """
    require_transaction()
    parameters = [
        statement_parameters(draft, actor=actor, event=event, request=request)
        for draft, request in operations
    ]
    try:
        rows = _pipelined(parameters)
    except (DatabaseError, InterfaceError) as error:
        raise translate(error) from error
    outcomes = []
    for (_, request), row in zip(operations, rows, strict=True):
        claimed, transaction_id, _, used_fingerprint, _, _ = row
        if not claimed and bytes(used_fingerprint) != request.fingerprint:
            raise IdempotencyKeyReused
        outcomes.append(Outcome(transaction_id, not claimed))
    return outcomes


def _pipelined(parameters: list[list[object]]) -> list[tuple[Any, ...]]:
    # Django's cursor has no way to ask executemany for the rows, so the driver's is asked itself.
    with connection.cursor() as cursor, connection.wrap_database_errors:
        driver: psycopg.Cursor[tuple[Any, ...]] = cursor.cursor
        driver.executemany(BOOK_TRANSACTION, parameters, returning=True)
        return [row for result in driver.results() for row in result.fetchall()]
