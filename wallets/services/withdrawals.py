"""Withdrawals: ask for one, and take it back. The worker sends it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction

from coinhub.core.actor import Actor
from coinhub.core.db import database_clock
from coinhub.core.errors import DomainError, NotYours
from coinhub.core.ids import shard_of
from coinhub.core.money import Money, trimmed_text
from coinhub.users.models import User
from coinhub.users.services import confirmations
from kyc.selectors import cases
from wallets.ledger import chart, drafts
from wallets.ledger.drafts import HoldDraft, TransactionDraft
from wallets.ledger.errors import InsufficientFunds
from wallets.ledger.request import Booked, MoneyRequest
from wallets.models import (
    Allowance,
    Destination,
    Transaction,
    Wallet,
    Withdrawal,
)
from wallets.policies import gates, limits, withdrawing
from wallets.policies.withdrawing import Price, require_fits
from wallets.rails.configured import rail_for
from wallets.selectors import currencies, destinations, house, wallets, withdrawals
from wallets.selectors.prices import Valued
from wallets.selectors.standings import standing_of
from wallets.services import mandates
from wallets.services.mandates import Mandate, StepUp
from wallets.services.withdrawal_steps import PURPOSE, give_back

State = Transaction.State
WAITS_AT_MOST = timedelta(days=7)  # for somebody to decide; then it is cancelled
CANCELLABLE = (State.COOLING, State.PENDING_REVIEW, State.APPROVED)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a customer asks for: how much, to which entry of the address book, who bears the fee."""

    amount: Money
    destination_id: UUID
    fee_mode: str = Withdrawal.FeeMode.ON_TOP

    @property
    def price(self) -> Price:
        """What arrives outside, and the fee."""
        return withdrawing.price_of(self.amount, inside=self.fee_mode == Withdrawal.FeeMode.INSIDE)


@dataclass(frozen=True, slots=True)
class _Plan:
    """A withdrawal whose gates can be asked: both sides, the price, and the command."""

    customer: User
    destination: Destination | None
    price: Price
    command: gates.Command


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
    plan = _plan(customer_id, wish, mandate, actor, request)
    valued = gates.require(plan.command)
    payer, destination = plan.command.payer, plan.destination
    if payer is None or destination is None:
        needed = trimmed_text(plan.command.total.amount)
        raise InsufficientFunds(available="0", required=needed)
    rail = rail_for(destination.currency_id, destination.network)
    with transaction.atomic():
        lock_allowance(customer_id)
        now = database_clock()
        state, next_at = _begin(plan, destination, valued, now)
        draft = _draft(plan, payer, destination, valued, mandate, state)
        customer = plan.command.customer
        booked = mandates.book(
            draft,
            guard=limits.guard_for(customer.id, customer.tier, PURPOSE),
            mandate=mandate,
            actor=actor,
            event="withdrawal.requested",
            request=request,
        )
        if not booked.replayed:
            Withdrawal.objects.create(
                transaction=booked.transaction,
                destination=destination,
                rail=rail.name,
                fee_mode=wish.fee_mode,
                next_at=next_at,
            )
    return booked


def look(
    *, customer_id: UUID, wish: Wish, mandate: Mandate, actor: Actor
) -> tuple[gates.Command, list[gates.GateResult]]:
    """Look at every gate of a withdrawal; nothing is written.

    Raises: AmountOutOfRange and NotWithdrawable, without which there is nothing to look at.
    """
    plan = _plan(customer_id, wish, mandate, actor, None)
    return plan.command, gates.evaluate(plan.command)


def cancel(
    *, owner_id: UUID, public_id: UUID, actor: Actor, request: MoneyRequest | None = None
) -> Booked:
    """Take a withdrawal back, as long as the worker has not claimed it.

    Atomic: one statement of the ledger; of cancel and claim one wins.
    Repeat: the same request gives back the first answer; without a key it is cancelled already.
    Writes: Journal with two Postings, Hold, Transaction (CANCELLED).
    Raises: NotYours, MoveNotAllowed with the state it is in.
    """
    found = withdrawals.get_withdrawal(owner_id, public_id)
    return give_back(
        found.transaction,
        CANCELLABLE,
        State.CANCELLED,
        actor=actor,
        event="withdrawal.cancelled",
        request=request,
    )


def _plan(
    customer_id: UUID, wish: Wish, mandate: Mandate, actor: Actor, request: MoneyRequest | None
) -> _Plan:
    code = wish.amount.currency
    withdrawing.require_money(currencies.get_currency(code))
    price = wish.price
    customer = wallets.get_customer(customer_id)
    case = cases.find_case(customer.pk)
    destination, unowned = _find(
        lambda: destinations.get_destination(customer_id, wish.destination_id)
    )
    facts = {
        "amount": trimmed_text(price.amount.amount),
        "fee": trimmed_text(price.fee.amount),
        "currency": code,
        "destination": str(wish.destination_id),
    }
    command = gates.Command(
        customer=gates.Customer(
            customer.pk, case.status if case else "not_started", case.tier if case else 0
        ),
        operation=PURPOSE,
        amount=price.amount,
        fee=price.fee,
        standing=standing_of(customer.pk),
        payer=Wallet.objects.filter(owner_id=customer.pk, currency_id=code).first(),
        unowned=unowned,
        step_up=StepUp(
            customer_id=customer.pk,
            command=confirmations.WITHDRAWAL,
            facts=facts,
            mandate=mandate,
            actor=actor,
            request=request,
        ),
        destination=None if destination is None else partial(require_fits, destination, code),
    )
    return _Plan(customer, destination, price, command)


def _find(find: Callable[[], Destination]) -> tuple[Destination | None, DomainError | None]:
    """Look an entry up; what refuses it takes its turn among the gates."""
    try:
        return find(), None
    except (NotYours, destinations.DestinationGone) as refusal:
        return None, refusal


def _begin(
    plan: _Plan, destination: Destination, valued: Valued | None, now: datetime
) -> tuple[str, datetime]:
    """Say in which state it begins, and when the worker looks at it next."""
    ends = withdrawing.cools_until(plan.customer, destination, now)
    if ends is not None:
        return State.COOLING, ends
    return after_cooling(plan.command.customer, valued.usd if valued else Decimal(0), now)


def after_cooling(
    customer: gates.Customer, usd: Decimal, now: datetime, *, besides: int | None = None
) -> tuple[str, datetime]:
    """Say where a withdrawal goes that does not cool any more, and when it is looked at next."""
    if withdrawing.needs_review(customer, usd, besides=besides):
        return State.PENDING_REVIEW, now + WAITS_AT_MOST
    return State.APPROVED, now


def _draft(
    plan: _Plan,
    payer: Wallet,
    destination: Destination,
    valued: Valued | None,
    mandate: Mandate,
    state: str,
) -> TransactionDraft:
    told: dict[str, Any] = mandates.metadata(valued, mandate)
    shown = {"id": str(destination.public_id), "masked": destination.masked}
    return drafts.lock(
        payer=payer,
        payee=house.get_house_wallet(chart.SETTLEMENT, payer.currency_id),
        amount=plan.price.amount,
        hold=HoldDraft(purpose=PURPOSE),
        type=Transaction.Type.WITHDRAWAL,
        state=state,
        fee=plan.price.fee.amount,
        usd_value=valued.usd if valued else None,
        metadata=told | {"destination": shown},
    )


def lock_allowance(customer_id: UUID) -> None:
    """Hold a customer's place in the limits: what was used is read while nobody else uses it.

    Atomic: needs the caller's transaction.
    """
    rows = Allowance.objects.select_for_update(no_key=True)
    rows.filter(customer_id=customer_id, shard=shard_of(customer_id)).first()
