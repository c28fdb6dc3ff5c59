"""What a reversal would do: who loses what, what is already spent, what may be undone at all."""

import decimal
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from coinhub.core.errors import DomainError
from coinhub.core.money import Money, amount_text, less, quantize
from wallets.ledger import chart
from wallets.models import Transaction, Wallet
from wallets.selectors import corrections, house, receipts
from wallets.selectors.currencies import get_currency

MAX_AGE = timedelta(days=180)
_DOWN = decimal.Context(prec=100, rounding=decimal.ROUND_FLOOR)  # a part seldom comes out even
FEE_POLICIES = ("none", "proportional", "full")
SHORTFALL_POLICIES = ("fail_if_short", "platform_covers")
CATEGORIES = ("customer_request", "wrong_recipient", "platform_error", "fraud", "recall")
Type = Transaction.Type
REVERSIBLE = (Type.TRANSFER, Type.DEPOSIT, Type.REFUND, Type.ADJUSTMENT, Type.FUNDING)


class NotReversible(DomainError):
    """This kind of payment, or one as old, cannot be reversed."""

    code = "NOT_REVERSIBLE"
    status = 422
    title = "This cannot be reversed"


class ReversalShort(DomainError):
    """The recipient has less than is to be taken back, and nobody covers the rest."""

    code = "REVERSAL_SHORT"
    status = 409
    title = "The recipient has not enough any more"


class ReserveInsufficient(DomainError):
    """The reserve has less than it would have to cover."""

    code = "RESERVE_INSUFFICIENT"
    status = 409
    title = "The reserve cannot cover what is missing"


class PolicyInvalid(DomainError):
    """A fee policy, a shortfall policy or a category that there is not."""

    code = "REVERSAL_POLICY_INVALID"
    title = "There is no such policy"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a reversal takes from where, in units of its currency.

    ``frozen`` was set aside when it was proposed, ``more`` comes out of what is available now,
    ``short`` is missing; the reserve covers it or the reversal is refused.
    """

    amount: Decimal
    frozen: Decimal
    more: Decimal
    short: Decimal
    fee_refund: Decimal


@dataclass(frozen=True, slots=True)
class Simulation:
    """What a reversal would do now, for the maker and the checker to see before they decide."""

    plan: Plan
    standing: corrections.Standing
    reserve_available: Decimal
    left: Decimal
    waits_in_held: bool


def simulate(original: Transaction, amount: Decimal, *, fee_policy: str = "none") -> Simulation:
    """Work out what a reversal would do now; nothing is written.

    Units:  ``amount`` in units of the original's currency.
    """
    payer = Wallet.objects.get(pk=original.payee_wallet_id)
    waiting = corrections.find_open_hold(original)
    found = plan(
        original=original,
        payer=payer,
        amount=amount,
        frozen=amount if waiting else Decimal(0),
        fee_policy=fee_policy,
    )
    reserve = house.get_house_wallet(chart.RESERVE, original.currency_id)
    return Simulation(
        plan=found,
        standing=corrections.standing_of(original),
        reserve_available=reserve.available,
        left=corrections.left_of(original),
        waits_in_held=waiting is not None,
    )


def require_reversible(original: Transaction) -> None:
    """Refuse to reverse what cannot be undone by the opposite entry.

    Raises: NotReversible.
    """
    if original.type not in REVERSIBLE:
        raise NotReversible(f"a {original.type} cannot be reversed")
    if original.status not in (Transaction.Status.COMPLETED, Transaction.Status.HELD):
        raise NotReversible(f"a payment that is {original.status} cannot be reversed")
    if original.state == Transaction.State.RETURN_PENDING:
        raise NotReversible("the payment is on its way back already")
    if receipts.was_collected(original):
        raise NotReversible("it left suspense for its customer since; reverse that deposit")
    if timezone.now() - original.created_at > MAX_AGE:
        raise NotReversible(f"the payment is more than {MAX_AGE.days} days old")


def require_policies(*, fee_policy: str, shortfall_policy: str, category: str) -> None:
    """Refuse a policy that there is not.

    Raises: PolicyInvalid.
    """
    known = (
        (fee_policy, FEE_POLICIES),
        (shortfall_policy, SHORTFALL_POLICIES),
        (category, CATEGORIES),
    )
    for given, choices in known:
        if given not in choices:
            raise PolicyInvalid(f"{given!r} is none of {', '.join(choices)}")


def to_freeze(payer: Wallet, amount: Decimal) -> Decimal:
    """Say how much of the recipient's money can be set aside now; the house's never needs to be."""
    if payer.code is not None:
        return Decimal(0)
    has: Decimal = payer.available
    return max(min(has, amount), Decimal(0))


def plan(
    *, original: Transaction, payer: Wallet, amount: Decimal, frozen: Decimal, fee_policy: str
) -> Plan:
    """Work out what a reversal takes now.

    The recipient's money never goes below zero, so what is missing is short. A wallet of the house
    gives the whole or the ledger refuses.
    """
    if payer.code is not None:
        more = amount
    else:
        more = max(min(payer.available, less(amount, frozen)), Decimal(0))
    return Plan(
        amount=amount,
        frozen=frozen,
        more=more,
        short=less(amount, frozen, more),
        fee_refund=fee_refund(original, amount, fee_policy),
    )


def fee_refund(original: Transaction, amount: Decimal, policy: str) -> Decimal:
    """Say how much of the fee goes back, never more in sum than was charged.

    Units:  rounded down to the currency, so that parts never sum to more than the whole.
    """
    charged = corrections.fee_charged(original)
    left = less(charged, corrections.fee_refunded(original))
    if policy == "none" or left <= 0:
        return Decimal(0)
    if policy == "full":
        return left
    decimals = get_currency(original.currency_id).decimals
    part = _DOWN.divide(_DOWN.multiply(charged, amount), original.amount)
    return min(quantize(part, decimals, decimal.ROUND_FLOOR), left)


def require_covered(found: Plan, *, policy: str, reserve: Wallet) -> None:
    """Refuse a reversal that is short, unless the reserve covers what is missing.

    Raises: ReversalShort, ReserveInsufficient.
    """
    if not found.short:
        return
    if policy != "platform_covers":
        raise ReversalShort(short=amount_text(found.short, reserve.decimals))
    if reserve.available < found.short:
        raise ReserveInsufficient(
            available=amount_text(reserve.available, reserve.decimals),
            required=amount_text(found.short, reserve.decimals),
        )


def as_money(amount: Decimal, original: Transaction) -> Money:
    """Give an amount in the original's currency, with the scale checked.

    Raises: AmountInvalid.
    """
    money = Money(amount, original.currency_id)
    money.require_scale(get_currency(original.currency_id).decimals)
    money.require_positive()
    return money
