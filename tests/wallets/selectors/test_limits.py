"""How much a customer may move: the own limit, else the tier's, never above the ceiling."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from coinhub.core.actor import system
from wallets.models import Limit
from wallets.selectors import limits
from wallets.selectors.limits import LimitSet, limits_of
from wallets.services import terms

pytestmark = pytest.mark.django_db
CEILINGS = LimitSet(
    per_payment_min=Decimal("0.01"),
    per_payment_max=Decimal(1_000_000),
    volume_24h=Decimal(10_000_000),
    payments_1h=100,
    withdrawals_24h=Decimal(500_000),
)
TIER_1 = LimitSet(
    per_payment_min=Decimal("0.01"),
    per_payment_max=Decimal(5_000),
    volume_24h=Decimal(10_000),
    payments_1h=20,
    withdrawals_24h=Decimal(2_000),
)


def in_days(days):
    return (timezone.now() + timedelta(days=days)).isoformat()


def set_limit(name, maximum, **members):
    terms.set_limit(payload={"name": name, "maximum": maximum, **members}, actor=system())
    limits.forget()


def set_own(customer, name, maximum, *, days=30, **members):
    own = {"customer": str(customer.pk), "expires_at": in_days(days), "reason": "asked by phone"}
    set_limit(name, maximum, **own, **members)


class TestLimits:
    @pytest.mark.parametrize(("tier", "expected"), [(2, CEILINGS), (1, TIER_1)])
    def test_are_those_of_the_design_until_others_are_set(self, alice, tier, expected):
        assert limits_of(alice.pk, tier) == expected

    def test_of_a_tier_are_that_tiers_only(self, alice):
        set_limit("volume_24h", "20000", tier=1)
        assert limits_of(alice.pk, 1).volume_24h == 20_000
        assert limits_of(alice.pk, 2) == CEILINGS

    def test_of_a_customer_go_before_the_tiers_and_are_nobody_elses(self, alice, bob):
        set_own(alice, "withdrawals_24h", "100000")
        assert limits_of(alice.pk, 1).withdrawals_24h == 100_000
        assert limits_of(alice.pk, 1).volume_24h == TIER_1.volume_24h
        assert limits_of(bob.pk, 1) == TIER_1

    @pytest.mark.parametrize("name", ["per_payment_max", "volume_24h", "withdrawals_24h"])
    def test_never_pass_the_ceiling(self, alice, name):
        set_own(alice, name, "99999999999")
        set_limit(name, "99999999999", tier=2)
        assert limits_of(alice.pk, 2) == CEILINGS
        assert getattr(limits_of(alice.pk, 1), name) == getattr(CEILINGS, name)

    def test_the_least_per_payment_never_falls_below_the_platforms(self, alice):
        set_own(alice, "per_payment_min", "0.001")
        assert limits_of(alice.pk, 2).per_payment_min == Decimal("0.01")
        set_own(alice, "per_payment_min", "5")
        assert limits_of(alice.pk, 2).per_payment_min == 5

    def test_the_ceiling_for_everybody_can_be_lowered_and_raised(self, alice):
        set_own(alice, "payments_1h", "90")
        set_limit("payments_1h", "50")
        assert limits_of(alice.pk, 2).payments_1h == 50
        set_limit("payments_1h", "200")
        assert limits_of(alice.pk, 2).payments_1h == 90

    def test_the_newest_row_counts_and_one_of_the_future_does_not_yet(self, alice):
        set_limit("volume_24h", "3000", tier=2)
        set_limit("volume_24h", "1000", tier=2)
        set_limit("volume_24h", "2000", tier=2, valid_from=in_days(1))
        assert limits_of(alice.pk, 2).volume_24h == 1000

    def test_an_exception_that_has_ended_counts_no_more(self, alice):
        now = timezone.now()
        Limit.objects.create(
            name="volume_24h",
            customer=alice,
            maximum=Decimal(5),
            valid_from=now - timedelta(days=2),
            expires_at=now - timedelta(days=1),
            reason="asked by phone",
        )
        assert limits_of(alice.pk, 2) == CEILINGS

    def test_zero_means_nothing_at_all(self, alice):
        set_own(alice, "withdrawals_24h", "0")
        assert limits_of(alice.pk, 2).withdrawals_24h == 0

    def test_asks_the_database_once_for_many_customers(self, alice, django_assert_num_queries):
        limits.forget()
        with django_assert_num_queries(1):
            for tier in (0, 1, 2) * 10:
                limits_of(alice.pk, tier)
