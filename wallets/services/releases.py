"""Releases: held money whose conditions are cleared becomes available."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from coinhub.core.actor import Actor, system
from coinhub.core.db import require_transaction
from coinhub.core.errors import DomainError
from coinhub.core.money import less
from kyc.models import Case
from wallets.ledger import chart, steps
from wallets.ledger.drafts import Leg, leg
from wallets.ledger.errors import HoldEnded
from wallets.ledger.posting import call
from wallets.ledger.steps import StepDraft, Take
from wallets.models import BalanceType, Hold, HoldCondition, Transaction
from wallets.selectors import house
from wallets.selectors.walks import walk

MOST_AT_ONCE = 500
State = Transaction.State
LOCK = "SELECT lock_transactions_v1(%s::bigint[], %s::smallint[])"
log = structlog.get_logger(__name__)


def release_for_identity(*, case: Case, actor: Actor, **_news: Any) -> int:
    """Clear ``kyc`` from a customer's holds and release those that wait for nothing else.

    Called within the approval's transaction, which has locked the case: a credit either is here
    already, or waits for the case and is routed to available. More than 500 holds are finished by
    ``release_due``.

    Atomic: needs the caller's transaction.
    Repeat: nothing is left to release; each hold is released once, ever.
    Writes: as ``clear_condition``.
    Returns how many holds were released.
    """
    require_transaction()
    theirs = _waiting(code="kyc").filter(wallet__owner_id=case.customer_id)
    seen = list(theirs.order_by("wallet_id", "id")[:MOST_AT_ONCE])
    lock_transactions(hold.transaction for hold in seen)
    # Once more, now that nobody else can: what was recalled or reversed meanwhile waits no more.
    here = [hold.pk for hold in seen]
    holds = _waiting(code="kyc").filter(pk__in=here).order_by("wallet_id", "id")
    return sum(clear_condition(hold, "kyc", actor=actor, note="approved") for hold in holds)


def clear_condition(hold: Hold, code: str, *, actor: Actor, note: str = "") -> bool:
    """Clear one condition of a hold; when it was the last the money is released. Says whether.

    Atomic: needs the caller's transaction.
    Repeat: a condition that is cleared stays so.
    Writes: HoldCondition; on release Journal with Postings, Hold, Transaction (COMPLETED),
        AuditEvent, ``hold.released`` event.
    Raises: HoldEnded.
    """
    require_transaction()
    if steps.clear_condition(hold, code, actor=actor, note=note):
        return False
    release(hold, actor=actor)
    return True


def release(hold: Hold, *, actor: Actor) -> None:
    """Make what remains on a hold available; of a deposit the fee is taken now.

    Atomic: one statement; joins the caller's transaction.
    Repeat: refused, so that it is released once.
    Writes: Journal with Postings, Hold, Transaction (COMPLETED), AuditEvent, OutboxEvent.
    Raises: HoldConditionOpen, HoldEnded, MoveNotAllowed.
    """
    txn = hold.transaction
    wallet = hold.wallet
    gets = hold.remaining
    earned: tuple[Leg, ...] = ()
    if txn.type == Transaction.Type.DEPOSIT and txn.fee:
        # The fee is of what arrived; where a part went back, it is not more than what is left.
        fee = min(txn.fee, hold.remaining)
        gets = less(hold.remaining, fee)
        earned = (leg(house.get_house_wallet(chart.FEE_DEPOSIT, wallet.currency_id), fee),)
    draft = StepDraft(
        transaction=txn,
        from_states=(State.HELD,),
        to=State.COMPLETED,
        name=f"release:{hold.pk}",
        legs=(
            leg(wallet, hold.remaining.copy_negate(), BalanceType.HELD),
            *((leg(wallet, gets),) if gets else ()),
            *earned,
        ),
        takes=(Take(hold, hold.remaining, Hold.State.RELEASED),),
        details={"hold": str(hold.public_id)},
    )
    steps.step(draft, actor=actor, event="hold.released")


def release_due(*, actor: Actor | None = None) -> int:
    """Release what should not wait any more: identities approved, stops lifted, nothing left open.

    Each hold in a transaction of its own, so that one that refuses holds no other up.

    Repeat: nothing is left to release.
    Returns how many holds were released.
    """
    who = actor or system("schedule")
    released = 0
    for hold in walk(list_due()):
        try:
            released += _release_one(hold.pk, who)
        except HoldEnded:
            continue  # somebody else was faster
        except DomainError as refusal:
            log.warning("hold_does_not_release", hold=hold.pk, code=refusal.code)
    return released


def list_due() -> QuerySet[Hold]:
    """List holds that wait for an identity which is approved, or for nothing."""
    still_open = HoldCondition.objects.filter(hold=OuterRef("pk"), cleared_at__isnull=True)
    approved = Case.objects.filter(
        customer_id=OuterRef("wallet__owner_id"), status=Case.Status.APPROVED
    )
    return (
        Hold.objects.filter(state=Hold.State.OPEN, balance_type=BalanceType.HELD)
        .filter(transaction__state=State.HELD)
        .annotate(
            waits=Exists(still_open),
            waits_for_kyc=Exists(still_open.filter(code="kyc")),
            is_approved=Exists(approved),
        )
        .filter(Q(waits=False) | Q(waits_for_kyc=True, is_approved=True))
    )


def lock_transactions(transactions: Iterable[Transaction]) -> None:
    """Lock operations lowest id first, before any wallet, as every step does.

    Atomic: needs the caller's transaction, which holds them to its end.
    Raises: Unavailable when somebody else holds one for too long.
    """
    rows = {txn.pk: txn.shard for txn in transactions}
    call(LOCK, [list(rows), list(rows.values())])


def _release_one(hold_id: int, actor: Actor) -> bool:
    with transaction.atomic():
        lock_transactions(Transaction.objects.filter(holds=hold_id))
        hold = Hold.objects.select_related("wallet__owner", "transaction").get(pk=hold_id)
        owner_id: UUID | None = hold.wallet.owner_id
        if Case.objects.filter(customer_id=owner_id, status=Case.Status.APPROVED).exists():
            return clear_condition(hold, "kyc", actor=actor, note="approved")
        if not hold.conditions.filter(cleared_at__isnull=True).exists():
            release(hold, actor=actor)
            return True
    return False


def _waiting(*, code: str) -> Any:
    """Give the open holds that wait for one thing."""
    condition = HoldCondition.objects.filter(
        hold=OuterRef("pk"), code=code, cleared_at__isnull=True
    )
    return (
        Hold.objects.filter(Exists(condition), state=Hold.State.OPEN)
        .filter(balance_type=BalanceType.HELD)
        .select_related("wallet", "transaction")
    )
