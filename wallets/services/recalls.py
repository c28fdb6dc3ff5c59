"""Recalls: the sender takes back what still waits for the recipient's identity."""

from datetime import timedelta
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from coinhub.core.actor import Actor
from coinhub.core.db import ClockTimestamp
from coinhub.core.errors import DomainError, NotYours
from wallets.ledger.drafts import leg
from wallets.ledger.errors import (
    AccountFrozen,
    HoldConditionOpen,
    HoldEnded,
    HoldTooSmall,
    MoveNotAllowed,
)
from wallets.ledger.request import Booked, MoneyRequest
from wallets.ledger.steps import StepDraft, Take, step
from wallets.models import BalanceType, Hold, HoldCondition, Transaction
from wallets.policies import routing
from wallets.selectors import transactions
from wallets.selectors.standings import standing_of
from wallets.selectors.walks import walk

Type, State = Transaction.Type, Transaction.State
WAITS = timedelta(days=30)  # then the money goes back by itself
NAME = "recall"

log = structlog.get_logger(__name__)


def recall(
    *,
    owner_id: UUID,
    transaction_id: UUID,
    actor: Actor,
    request: MoneyRequest | None = None,
) -> Booked:
    """Take back a transfer that its recipient cannot use yet; its fee is not given back.

    A stop of transfers does not keep anybody from it, as from any cancellation.

    Atomic: joins the caller's transaction or opens one, and looks once more at what the payment
        waits for when its step has locked it, after the key. An approval of the recipient, or a
        proposal to reverse it, at the same moment either comes first, and the recall is refused, or
        finds nothing to release.
    Repeat: the same request gives back the first answer; otherwise the state is another one.
    Writes: Transaction (CANCELLED, recalled), Journal with two Postings, Hold.
    Raises: NotYours, MoveNotAllowed, HoldConditionOpen, AccountFrozen, WalletClosed.
    """
    txn = transactions.get_transaction(owner_id, transaction_id, journals=True)
    if txn.payer_wallet.owner_id != owner_id or txn.type != Type.TRANSFER:
        raise NotYours
    return _take_back(txn, actor=actor, request=request)


def recall_forgotten(*, actor: Actor) -> int:
    """Give back what waited for thirty days, and say how many payments that were.

    Atomic: each by itself.
    Repeat: nothing more to give back.
    Writes: as ``recall``.
    """
    done = 0
    for txn in walk(_forgotten()):
        try:
            _take_back(txn, actor=actor, request=None)
        except DomainError as refusal:
            log.info("transfer_not_recalled", transaction=str(txn.public_id), code=refusal.code)
        else:
            done += 1
    return done


def find_recallable(txn: Transaction) -> Hold | None:
    """Give the hold on which a transfer waits for its recipient's identity and nothing else."""
    if txn.type != Type.TRANSFER or txn.state != State.HELD:
        return None
    hold = _open_hold(txn)
    return hold if hold is not None and _waits_for(hold) == [routing.KYC] else None


def _take_back(txn: Transaction, *, actor: Actor, request: MoneyRequest | None) -> Booked:
    try:
        return _take_what_is_there(txn, actor=actor, request=request)
    except (HoldEnded, HoldTooSmall):  # some of it went elsewhere at this very moment
        return _take_what_is_there(txn, actor=actor, request=request)


@transaction.atomic()
def _take_what_is_there(txn: Transaction, *, actor: Actor, request: MoneyRequest | None) -> Booked:
    txn.refresh_from_db(fields=["status", "state"])
    hold = _open_hold(txn) if txn.state == State.HELD else None
    if hold is None:
        raise MoveNotAllowed(status=txn.status, state=txn.state)
    if _waits_for(hold) != [routing.KYC]:
        raise HoldConditionOpen
    sender, recipient = txn.payer_wallet, txn.payee_wallet
    if sender.owner_id is not None and not standing_of(sender.owner_id).may_receive:
        raise AccountFrozen
    amount = hold.remaining
    draft = StepDraft(
        transaction=txn,
        from_states=(State.HELD,),
        to=State.RECALLED,
        name=NAME,
        legs=(leg(recipient, amount.copy_negate(), BalanceType.HELD), leg(sender, amount)),
        takes=(Take(hold, amount, end_state=Hold.State.CAPTURED),),
    )
    booked = step(draft, actor=actor, event="transfer.recalled", request=request)
    # Only now nobody else can have it wait for more. To lock it before the step would have a repeat
    # wait for the first before its key tells that it is one.
    if not booked.replayed and _waits_for(hold) != [routing.KYC]:
        raise HoldConditionOpen
    return booked


def _forgotten() -> QuerySet[Transaction]:
    """List payments that waited long enough, for an identity alone."""
    still_open = HoldCondition.objects.filter(
        hold__transaction=OuterRef("pk"), cleared_at__isnull=True
    )
    waiting = Transaction.objects.filter(
        Exists(still_open.filter(code=routing.KYC)),
        ~Exists(still_open.exclude(code=routing.KYC)),
        type=Type.TRANSFER,
        state=State.HELD,
        created_at__lt=ClockTimestamp() - WAITS,
    )
    return waiting.select_related("payer_wallet", "payee_wallet")


def _open_hold(txn: Transaction) -> Hold | None:
    holds = Hold.objects.filter(
        transaction=txn,
        wallet=txn.payee_wallet,
        state=Hold.State.OPEN,
        balance_type=BalanceType.HELD,
    )
    return holds.first()


def _waits_for(hold: Hold) -> list[str]:
    still_open = HoldCondition.objects.filter(hold=hold, cleared_at__isnull=True)
    return list(still_open.order_by("id").values_list("code", flat=True))
