"""Proposals under a caller's key: a repeat gives the first answer and proposes nothing again."""

from collections.abc import Callable

from django.db import transaction

from coinhub.approvals.models import Approval
from wallets.ledger import idempotency
from wallets.ledger.idempotency import Kept
from wallets.ledger.request import Answer, MoneyRequest


class _UsedMeanwhileError(Exception):
    """Another request with the key was faster; what was proposed here is undone."""


def propose_once(
    *,
    request: MoneyRequest,
    propose: Callable[[], Approval],
    answer: Callable[[Approval], Answer],
) -> tuple[Answer, bool]:
    """Propose, and keep the answer under the key, in one transaction; say whether it is a repeat.

    Atomic: opens its own transaction.
    Repeat: the first answer; nothing is proposed or set aside again.
    Writes: IdempotencyKey, and what is proposed.
    Raises: IdempotencyKeyReused, IdempotencyKeyExpired, IdempotencyInProgress, and what ``propose``
        refuses.
    """
    kept = idempotency.find(request)
    if kept is None:
        try:
            with transaction.atomic():
                told = answer(propose())
                if not idempotency.keep(request, told):
                    raise _UsedMeanwhileError
        except _UsedMeanwhileError:
            return _answer_of(idempotency.find(request)), True
        return told, False
    return kept.answer, True


def _answer_of(kept: Kept | None) -> Answer:
    if kept is None:
        raise RuntimeError("a key that was used has no answer")
    return kept.answer
