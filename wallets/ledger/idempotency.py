"""Answers kept under a caller's key when no booking keeps them."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import DatabaseError, InterfaceError, connection

from coinhub.core.db import require_transaction, sql_file
from coinhub.core.ids import shard_of
from wallets.ledger.errors import translate
from wallets.ledger.posting import require_same
from wallets.ledger.request import Answer, MoneyRequest
from wallets.models import IdempotencyKey

KEEP_REFUSAL = sql_file("wallets/sql/queries/keep_refusal.sql")


@dataclass(frozen=True, slots=True)
class Kept:
    """The answer of a key, and the transaction it tells of; a refusal has none."""

    answer: Answer
    transaction_id: UUID | None = None


def find(request: MoneyRequest) -> Kept | None:
    """Give the answer that a key has already.

    Raises: IdempotencyKeyReused, IdempotencyKeyExpired.
    """
    row = (
        IdempotencyKey.objects.filter(
            caller=request.caller, key=request.key, shard=shard_of(request.caller)
        )
        .select_related("transaction")
        .first()
    )
    if row is None:
        return None
    body, status = row.response_body, row.response_status
    kept = Answer(status, body) if body is not None and status is not None else None
    require_same(request, row.fingerprint, row.created_at, kept, row.transaction_id)
    if kept is None:
        return None
    return Kept(kept, row.transaction.public_id if row.transaction else None)


def keep(request: MoneyRequest, refusal: Answer) -> bool:
    """Keep a refusal as the answer of a key; ``False`` when the key has an answer already.

    Atomic: needs the caller's transaction, which should do nothing else.
    Writes: IdempotencyKey.
    Raises: IdempotencyInProgress when the key is being claimed right now.
    """
    require_transaction()
    parameters: dict[str, Any] = {
        "caller": request.caller,
        "key": request.key,
        "fingerprint": request.fingerprint,
        "status": refusal.status,
        "body": refusal.body,
    }
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '200ms'")
            cursor.execute(KEEP_REFUSAL, parameters)
            return cursor.fetchone() is not None
    except (DatabaseError, InterfaceError) as error:
        raise translate(error) from error
