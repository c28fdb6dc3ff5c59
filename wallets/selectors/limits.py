"""How much a customer may move."""

from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from django.db.models import Q, QuerySet

from coinhub.core.db import ClockTimestamp
from coinhub.core.recent import Recent
from wallets.models import Limit

Name = Limit.Name
# The platform's ceilings where no row says otherwise.
PLATFORM: dict[str, Decimal] = {
    Name.PER_PAYMENT_MIN: Decimal("0.01"),
    Name.PER_PAYMENT_MAX: Decimal(1_000_000),
    Name.VOLUME_24H: Decimal(10_000_000),
    Name.PAYMENTS_1H: Decimal(100),
    Name.WITHDRAWALS_24H: Decimal(500_000),
}
# What a tier has where no row says otherwise; the others have the ceilings. Nothing but points
# leaves a customer of tier 0 anyway.
TIERS: dict[int, dict[str, Decimal]] = {
    1: {
        Name.PER_PAYMENT_MAX: Decimal(5_000),
        Name.VOLUME_24H: Decimal(10_000),
        Name.PAYMENTS_1H: Decimal(20),
        Name.WITHDRAWALS_24H: Decimal(2_000),
    }
}

_ByPlace = dict[tuple[str, int | None, UUID | None], Decimal]


@dataclass(frozen=True, slots=True)
class LimitSet:
    """The limits of one customer.

    Units: US dollars, but for ``payments_1h``, which counts. Windows are rolling.
    """

    per_payment_min: Decimal
    per_payment_max: Decimal
    volume_24h: Decimal
    payments_1h: int
    withdrawals_24h: Decimal


@dataclass(frozen=True, slots=True)
class _Valid:
    """The rows that count, whose exceptions are among them, and what was worked out by tier."""

    rows: _ByPlace
    exceptional: frozenset[UUID]
    of_tiers: dict[int, LimitSet] = field(default_factory=dict)


def limits_of(customer_id: UUID, tier: int) -> LimitSet:
    """Give the limits of a customer: the own ones, else the tier's, never above the ceilings."""
    valid = _valid.get(None)
    if customer_id in valid.exceptional:
        return _work_out(valid.rows, customer_id, tier)
    if tier not in valid.of_tiers:
        valid.of_tiers[tier] = _work_out(valid.rows, None, tier)
    return valid.of_tiers[tier]


def _work_out(rows: _ByPlace, customer_id: UUID | None, tier: int) -> LimitSet:
    found = {name: _figure(rows, name, customer_id, tier) for name in PLATFORM}
    return LimitSet(
        per_payment_min=found[Name.PER_PAYMENT_MIN],
        per_payment_max=found[Name.PER_PAYMENT_MAX],
        volume_24h=found[Name.VOLUME_24H],
        payments_1h=int(found[Name.PAYMENTS_1H]),
        withdrawals_24h=found[Name.WITHDRAWALS_24H],
    )


def valid_rows() -> QuerySet[Limit]:
    """List the rows that count now: the newest valid one for each place."""
    now = ClockTimestamp()
    return (
        Limit.objects.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now))
        .filter(valid_from__lte=now)
        .order_by("name", "tier", "customer", "-valid_from", "-id")
        .distinct("name", "tier", "customer")
    )


def forget() -> None:
    """Read limits anew, after a change."""
    _valid.forget()


def _figure(rows: _ByPlace, name: str, customer_id: UUID | None, tier: int) -> Decimal:
    platform = rows.get((name, None, None), PLATFORM[name])
    own = rows.get((name, None, customer_id)) if customer_id else None
    if own is None:
        own = rows.get((name, tier, None))
    if own is None:
        own = TIERS.get(tier, {}).get(name, platform)
    return max(own, platform) if name == Name.PER_PAYMENT_MIN else min(own, platform)


def _read_valid(_: None) -> _Valid:
    rows = list(valid_rows())
    return _Valid(
        rows={(row.name, row.tier, row.customer_id): row.maximum for row in rows},
        exceptional=frozenset(row.customer_id for row in rows if row.customer_id),
    )


# All of them at once: exceptions for single customers are few (``terms`` sees to it), and a payment
# of somebody who was not seen for a while must not cost a query more.
_valid = Recent(_read_valid)
