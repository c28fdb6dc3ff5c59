"""What a caller is told again when a request with a key was refused."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from coinhub.core.errors import DomainError
from wallets.ledger import idempotency
from wallets.ledger.idempotency import Kept
from wallets.ledger.request import Answer, MoneyRequest
from wallets.services import cooldown


def settle(
    *, request: MoneyRequest, refusal: Answer | None, is_failure: bool = False
) -> Kept | None:
    """Give the answer that a key has already, or make a refusal its answer.

    A refused booking took its claim of the key back. So the refusal is kept here, by itself, and a
    request that won the key meanwhile wins the answer too. ``refusal`` is ``None`` for one that is
    not kept. Returns ``None`` when the caller is to be told the refusal itself; only then does a
    failure count towards the pause.

    Atomic: a short transaction of its own, and another for the failure.
    Repeat: the answer kept first.
    Writes: IdempotencyKey, Allowance.
    Raises: IdempotencyKeyReused, IdempotencyKeyExpired, IdempotencyInProgress.
    """
    kept = None if _keep(request, refusal) else idempotency.find(request)
    if kept is None and is_failure:
        cooldown.note_failure(request.caller)
    return kept


@contextmanager
def counted(request: MoneyRequest, *, was_confirmed: bool = False) -> Iterator[None]:
    """Count what a page refuses towards the pause; pages keep no answers.

    Writes: Allowance.
    Raises: the refusal.
    """
    try:
        yield
    except DomainError as refusal:
        is_failure = cooldown.counts(refusal, was_confirmed=was_confirmed)
        settle(request=request, refusal=None, is_failure=is_failure)
        raise


def _keep(request: MoneyRequest, refusal: Answer | None) -> bool:
    if refusal is None:
        return False
    with transaction.atomic():
        return idempotency.keep(request, refusal)
