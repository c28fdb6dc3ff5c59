"""What a caller is told again when a request with a key was refused."""

from django.db import transaction

from wallets.ledger import idempotency
from wallets.ledger.idempotency import Kept
from wallets.ledger.request import Answer, MoneyRequest


def settle(*, request: MoneyRequest, refusal: Answer | None) -> Kept | None:
    """Give the answer that a key has already, or make a refusal its answer.

    A refused booking took its claim of the key back. So the refusal is kept here, by itself, and a
    request that won the key meanwhile wins the answer too. ``refusal`` is ``None`` for one that is
    not kept. Returns ``None`` when the caller is to be told the refusal itself.

    Atomic: a short transaction of its own.
    Repeat: the answer kept first.
    Writes: IdempotencyKey.
    Raises: IdempotencyKeyReused, IdempotencyKeyExpired, IdempotencyInProgress.
    """
    if refusal is not None:
        with transaction.atomic():
            if idempotency.keep(request, refusal):
                return None
    return idempotency.find(request)
