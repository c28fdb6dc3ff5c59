"""How much may a customer move: the bounds of one payment, and the ceilings of rolling windows."""

import decimal
from decimal import Decimal
from uuid import UUID

from coinhub.core.errors import DomainError
from coinhub.core.money import Money, amount_text, dollars_text, quantize
from wallets.ledger.guard import PAYMENTS, Ceiling, Guard
from wallets.models import Limit, Transaction
from wallets.selectors.currencies import get_currency
from wallets.selectors.limits import LimitSet, limits_of
from wallets.selectors.prices import Valued, price_in_usd

HOUR_S, DAY_S = 3_600, 86_400
Name = Limit.Name
_BROAD = decimal.Context(prec=80)


class AmountOutOfRange(DomainError):
    """The amount is below the least or above the most of one payment.

    ``min`` and ``max`` are in the currency, ``min_usd`` and ``max_usd`` in US dollars.
    """

    code = "AMOUNT_OUT_OF_RANGE"
    status = 422
    title = "The amount is too small or too large for one payment"
    stored = True


def ceilings_for(operation: str, limits: LimitSet) -> tuple[Ceiling, ...]:
    """List the ceilings of the rolling windows into which an operation counts."""
    ceilings = (
        Ceiling(Name.PAYMENTS_1H, "count", HOUR_S, Decimal(limits.payments_1h)),
        Ceiling(Name.VOLUME_24H, "usd", DAY_S, limits.volume_24h),
        Ceiling(
            Name.WITHDRAWALS_24H,
            "usd",
            DAY_S,
            limits.withdrawals_24h,
            types=(Transaction.Type.WITHDRAWAL,),
        ),
    )
    return tuple(ceiling for ceiling in ceilings if operation in ceiling.types)


def guard_for(customer_id: UUID, tier: int, operation: str) -> Guard:
    """Make what the booking function checks under the customer's lock: stop, freeze, limits.

    What counts into no limit, such as a refund, is held by stops, freezes and pauses alone.
    """
    if operation not in PAYMENTS:
        return Guard(customer_id)
    return Guard(customer_id, ceilings_for(operation, limits_of(customer_id, tier)))


def require_in_range(amount: Money, valued: Valued | None, limits: LimitSet) -> None:
    """Refuse an amount outside the bounds of one payment; both ends are allowed.

    What has no value, such as points, has no bounds.

    Raises: AmountOutOfRange.
    """
    if valued is None or limits.per_payment_min <= valued.usd <= limits.per_payment_max:
        return
    least, most = _in_currency(amount.currency, limits)
    min_usd = dollars_text(limits.per_payment_min)
    max_usd = dollars_text(limits.per_payment_max, decimal.ROUND_DOWN)
    raise AmountOutOfRange(
        f"one payment is worth {min_usd} to {max_usd} USD",
        min=least,
        max=most,
        min_usd=min_usd,
        max_usd=max_usd,
    )


def _in_currency(currency: str, limits: LimitSet) -> tuple[str, str]:
    """Give the bounds in a currency, the least rounded up and the most down: both are allowed."""
    decimals = get_currency(currency).decimals
    price = price_in_usd(currency)
    least = _BROAD.divide(limits.per_payment_min, price)
    most = _BROAD.divide(limits.per_payment_max, price)
    return (
        amount_text(quantize(least, decimals, decimal.ROUND_CEILING), decimals),
        amount_text(quantize(most, decimals, decimal.ROUND_FLOOR), decimals),
    )
