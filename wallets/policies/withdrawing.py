"""May it leave at once? What a new withdrawal waits for before the worker sends it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings

from coinhub.core.errors import CurrencyMismatch, DomainError
from coinhub.core.money import CONTEXT, Money
from coinhub.users.models import User
from wallets.models import Currency, Destination, Transaction
from wallets.policies.gates import Customer
from wallets.policies.limits import AmountOutOfRange
from wallets.selectors import fees, withdrawals
from wallets.selectors.limits import limits_of

HALF = Decimal(2)
State = Transaction.State


class NotWithdrawable(DomainError):
    """Points are no money: they do not leave."""

    code = "NOT_WITHDRAWABLE"
    status = 422
    title = "This cannot be withdrawn"
    stored = True


@dataclass(frozen=True, slots=True)
class Price:
    """What arrives outside and what it costs; together what leaves the wallet."""

    amount: Money
    fee: Money

    @property
    def total(self) -> Money:
        """What leaves the wallet."""
        amount, fee = self.amount, self.fee
        return amount + fee


def price_of(amount: Money, *, inside: bool) -> Price:
    """Split what is asked for: the fee comes on top of it, or out of it.

    Raises: AmountOutOfRange when the fee would eat all of it.
    """
    fee = fees.fee_for(Transaction.Type.WITHDRAWAL, amount)
    if not inside:
        return Price(amount, fee)
    if amount <= fee:
        raise AmountOutOfRange("the fee would be more than the amount")
    return Price(amount - fee, fee)


def require_money(currency: Currency) -> None:
    """Refuse points.

    Raises: NotWithdrawable.
    """
    if currency.kind == Currency.Kind.POINTS:
        raise NotWithdrawable


def require_fits(destination: Destination, currency: str) -> None:
    """Refuse a place that takes another currency.

    Raises: CurrencyMismatch.
    """
    if destination.currency_id != currency:
        raise CurrencyMismatch(f"this address is for {destination.currency_id}, not {currency}")


def cools_until(customer: User, destination: Destination, now: datetime) -> datetime | None:
    """Say until when a withdrawal cools: a new address, or new credentials; ``None``: not at all.

    Units:  by the database's clock, as both times were written by it.
    """
    ends = [destination.active_from]
    if customer.credentials_changed_at is not None:
        hours = timedelta(hours=settings.CREDENTIAL_COOLING_H)
        ends.append(customer.credentials_changed_at + hours)
    return max(ends) if max(ends) > now else None


def needs_review(customer: Customer, usd: Decimal, *, besides: int | None = None) -> bool:
    """Say whether somebody looks at it: large, the first one, or much of the day's limit.

    What was withdrawn counts only as long as nobody else withdraws for the same customer: what it
    says of the day is final while the customer's allowance is locked. ``besides`` is the withdrawal
    itself, once it is one.
    """
    if usd > settings.WITHDRAW_AUTO_USD or not withdrawals.has_withdrawn(customer.id):
        return True
    limit = limits_of(customer.id, customer.tier).withdrawals_24h
    used = CONTEXT.add(withdrawals.used_of_the_day(customer.id, besides), usd)
    return CONTEXT.multiply(used, HALF) > limit
