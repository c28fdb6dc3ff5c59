"""Answers kept under a caller's key when no booking keeps them."""

from dataclasses import dataclass
from uuid import UUID

from coinhub.core.db import require_transaction
from coinhub.core.ids import shard_of
from wallets.ledger.posting import call, require_same
from wallets.ledger.request import Answer, MoneyRequest
from wallets.models import IdempotencyKey

KEEP_ANSWER = "SELECT keep_answer_v1(%s::uuid, %s::text, %s::bytea, %s::smallint, %s::text)"
EMPTY_ANSWERS = "SELECT empty_answers_v1(%s::int)"


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
    asked = [request.caller, request.key, request.fingerprint]
    kept: bool = call(KEEP_ANSWER, [*asked, refusal.status, refusal.body])[0]
    return kept


def empty_old(most: int) -> int:
    """Empty answers that are not replayed any more, at most so many, and say how many it were.

    Atomic: one statement.
    Repeat: 0 when none is left.
    Writes: IdempotencyKey.
    """
    emptied: int = call(EMPTY_ANSWERS, [most])[0]
    return emptied
