"""What a withdrawal needs before its gates can be asked: price, place, wallet, second factor."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from coinhub.core.actor import Actor
from coinhub.core.errors import DomainError, NotYours
from coinhub.core.money import Money
from coinhub.users.models import User
from coinhub.users.services import confirmations
from wallets.ledger.request import MoneyRequest
from wallets.models import Destination, Wallet, Withdrawal
from wallets.policies import gates, withdrawing
from wallets.policies.withdrawing import Price, require_fits
from wallets.selectors import currencies, destinations, wallets
from wallets.selectors.standings import standing_of
from wallets.services.mandates import Mandate, StepUp
from wallets.services.withdrawal_steps import PURPOSE


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
class Plan:
    """A withdrawal whose gates can be asked: both sides, the price, and the command."""

    customer: User
    destination: Destination | None
    price: Price
    command: gates.Command


def prepare(
    customer_id: UUID, wish: Wish, mandate: Mandate, actor: Actor, request: MoneyRequest | None
) -> Plan:
    """Look up all that a withdrawal needs to be judged; nothing is written.

    Raises: NotWithdrawable, AmountOutOfRange, NotYours when there is no such customer.
    """
    code = wish.amount.currency
    currency = currencies.get_currency(code)
    withdrawing.require_money(currency)
    price = wish.price
    customer = wallets.get_customer(customer_id)
    standing = standing_of(customer.pk)
    destination, unowned = _find(
        lambda: destinations.get_destination(customer_id, wish.destination_id)
    )
    facts = {
        "amount": price.amount.text(currency.decimals),
        "fee": price.fee.text(currency.decimals),
        "currency": code,
        "destination": str(wish.destination_id),
        # What a person can compare with where the money is to go.
        "to": "" if destination is None else f"{destination.label}, {destination.masked}",
    }
    command = gates.Command(
        customer=gates.Customer(customer.pk, standing.kyc_status, standing.tier),
        operation=PURPOSE,
        amount=price.amount,
        fee=price.fee,
        standing=standing,
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
    return Plan(customer, destination, price, command)


def _find(find: Callable[[], Destination]) -> tuple[Destination | None, DomainError | None]:
    """Look an entry up; what refuses it takes its turn among the gates."""
    try:
        return find(), None
    except (NotYours, destinations.DestinationGone) as refusal:
        return None, refusal
