"""Withdrawals: ask for one, and take it back. The worker sends it."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from coinhub.core.actor import Actor
from coinhub.core.db import database_clock
from coinhub.core.ids import shard_of
from coinhub.users.models import User
from coinhub.users.services import confirmations
from coinhub.users.services.confirmations import ConfirmationEnded
from coinhub.users.services.proofs import Proof
from wallets.ledger import chart, drafts
from wallets.ledger.drafts import HoldDraft, TransactionDraft
from wallets.ledger.request import Booked, MoneyRequest
from wallets.models import (
    Allowance,
    Destination,
    Transaction,
    Wallet,
    Withdrawal,
)
from wallets.policies import funds, gates, limits, withdrawing
from wallets.rails.configured import rail_for
from wallets.selectors import house, withdrawals
from wallets.selectors.prices import Valued
from wallets.services import mandates
from wallets.services.mandates import Mandate
from wallets.services.withdrawal_plans import Plan, Wish, prepare
from wallets.services.withdrawal_steps import PURPOSE, give_back

State = Transaction.State
WAITS_AT_MOST = timedelta(days=7)  # for somebody to decide; then it is cancelled
CANCELLABLE = (State.COOLING, State.PENDING_REVIEW, State.APPROVED)


def withdraw(
    *,
    customer_id: UUID,
    wish: Wish,
    mandate: Mandate,
    actor: Actor,
    request: MoneyRequest | None = None,
) -> Booked:
    """Set money aside to leave, to a place of the customer's address book.

    It cools while the address or the credentials are new, waits for staff when it is large, the
    first one or much of the day's limit, and else goes to the worker at once.

    Units:  ``wish.amount`` is positive, in units of its currency.
    Atomic: one transaction; a confirmation is asked for before it.
    Repeat: the same request gives back the first Transaction and the answer kept for it.
    Writes: Transaction (PENDING), Journal with two Postings, Hold, Withdrawal.
    Raises: NotWithdrawable, AmountOutOfRange, NotYours, DestinationGone, CurrencyMismatch,
        RailMissing, InsufficientFunds, and those of the gates, of a key and of the guard.
    """
    plan = prepare(customer_id, wish, mandate, actor, request)
    valued = gates.require(plan.command)
    payer, destination = plan.command.payer, plan.destination
    if payer is None or destination is None:
        raise funds.nothing_for(plan.command.total)
    rail = rail_for(destination.currency_id, destination.network)
    asked = _Asked(plan, payer, destination, valued, mandate, wish.fee_mode, rail.name)
    booked = _book(asked, *_begin(asked, database_clock()), actor, request)
    if booked is None:  # the same customer withdrew more meanwhile: staff look at this one
        waits_until = database_clock() + WAITS_AT_MOST
        booked = _book(asked, State.PENDING_REVIEW, waits_until, actor, request)
    if booked is None:
        raise AssertionError("what staff look at is booked, or refused")
    return booked


def confirm_and_withdraw(
    *,
    challenge_id: UUID,
    proof: Proof,
    customer: User,
    wish: Wish,
    actor: Actor,
    request: MoneyRequest,
) -> Booked:
    """Confirm with the second factor, and withdraw.

    Atomic: the check of the code by itself, so that it stays used; then as ``withdraw``.
    Repeat: as ``withdraw``; what was confirmed already is not confirmed again.
    Raises: what ``confirmations.confirm`` and ``withdraw`` refuse.
    """
    with suppress(ConfirmationEnded):  # a second click; if it really ended, ``withdraw`` says so
        confirmations.confirm(user=customer, challenge_id=challenge_id, proof=proof, actor=actor)
    return withdraw(
        customer_id=customer.pk,
        wish=wish,
        mandate=Mandate(challenge_id),
        actor=actor,
        request=request,
    )


def cancel(
    *, owner_id: UUID, public_id: UUID, actor: Actor, request: MoneyRequest | None = None
) -> Booked:
    """Take a withdrawal back, as long as the worker has not claimed it.

    Atomic: one transaction; of cancel and claim one wins.
    Repeat: the same request gives back the first answer; without a key it is cancelled already.
    Writes: Journal with two Postings, Hold, Transaction (CANCELLED).
    Raises: NotYours, MoveNotAllowed with the state it is in.
    """
    found = withdrawals.get_withdrawal(owner_id, public_id)
    with transaction.atomic():
        return give_back(
            found.transaction,
            CANCELLABLE,
            State.CANCELLED,
            actor=actor,
            event="withdrawal.cancelled",
            request=request,
        )


@dataclass(frozen=True, slots=True)
class _Asked:
    """A withdrawal that has passed its gates."""

    plan: Plan
    payer: Wallet
    destination: Destination
    valued: Valued | None
    mandate: Mandate
    fee_mode: str
    rail: str

    @property
    def customer(self) -> gates.Customer:
        return self.plan.command.customer

    @property
    def usd(self) -> Decimal:
        return self.valued.usd if self.valued else Decimal(0)


def _begin(asked: _Asked, now: datetime) -> tuple[str, datetime]:
    """Say in which state it begins, and when the worker looks at it next."""
    ends = withdrawing.cools_until(asked.plan.customer, asked.destination, now)
    if ends is not None:
        return State.COOLING, ends
    return after_cooling(asked.customer, asked.usd, now)


def after_cooling(
    customer: gates.Customer, usd: Decimal, now: datetime, *, besides: int | None = None
) -> tuple[str, datetime]:
    """Say where a withdrawal goes that does not cool any more, and when it is looked at next."""
    if withdrawing.needs_review(customer, usd, besides=besides):
        return State.PENDING_REVIEW, now + WAITS_AT_MOST
    return State.APPROVED, now


def _book(
    asked: _Asked, state: str, next_at: datetime, actor: Actor, request: MoneyRequest | None
) -> Booked | None:
    """Book it as it begins; ``None`` when staff have to look at what was to go to the worker.

    What was withdrawn is asked again once the booking holds the customer's allowance. To lock that
    first would have a repeat wait for it before its key tells that it is one.
    """
    with transaction.atomic():
        customer = asked.customer
        booked = mandates.book(
            _draft(asked, state),
            guard=limits.guard_for(customer.id, customer.tier, PURPOSE),
            mandate=asked.mandate,
            actor=actor,
            event="withdrawal.requested",
            request=request,
        )
        if booked.replayed:
            return booked
        mine = booked.transaction.pk
        if state == State.APPROVED and withdrawing.needs_review(customer, asked.usd, besides=mine):
            transaction.set_rollback(True)
            return None
        Withdrawal.objects.create(
            transaction=booked.transaction,
            destination=asked.destination,
            rail=asked.rail,
            fee_mode=asked.fee_mode,
            next_at=next_at,
        )
    return booked


def _draft(asked: _Asked, state: str) -> TransactionDraft:
    told: dict[str, Any] = mandates.metadata(asked.valued, asked.mandate)
    shown = {"id": str(asked.destination.public_id), "masked": asked.destination.masked}
    payer, price = asked.payer, asked.plan.price
    return drafts.lock(
        payer=payer,
        payee=house.get_house_wallet(chart.SETTLEMENT, payer.currency_id),
        amount=price.amount,
        hold=HoldDraft(purpose=PURPOSE),
        type=Transaction.Type.WITHDRAWAL,
        state=state,
        fee=price.fee.amount,
        usd_value=asked.valued.usd if asked.valued else None,
        metadata=told | {"destination": shown},
    )


def lock_allowance(customer_id: UUID) -> None:
    """Hold a customer's place in the limits: what was used is read while nobody else uses it.

    Atomic: needs the caller's transaction.
    """
    rows = Allowance.objects.select_for_update(no_key=True)
    rows.filter(customer_id=customer_id, shard=shard_of(customer_id)).first()
