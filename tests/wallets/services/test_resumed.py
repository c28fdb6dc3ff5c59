"""What arrives while deposits are stopped waits, and goes on once the stop is lifted."""

from decimal import Decimal

import pytest
from django.db import transaction

from tests.conftest import gbp, make_customer, wallet_of
from wallets.models import Hold, Wallet
from wallets.services import deposits, freezes, resumed, stops, transfers

pytestmark = pytest.mark.django_db


@pytest.fixture
def stop(actor):
    return stops.engage(scope="operation", value="deposit", reason="a drill", actor=actor)


def figures(wallet):
    row = Wallet.objects.get(pk=wallet.pk)
    return (row.available, row.held)


def lift(stop, actor):
    with transaction.atomic():
        stops.lift_step(stop_id=stop.pk, actor=actor)


def conditions(wallet):
    return [c.code for c in Hold.objects.get(wallet=wallet).conditions.order_by("id")]


def test_waits_until_the_stop_is_lifted(stop, alice, actor):
    purse = wallet_of(alice, funded="5.00")
    assert conditions(purse) == ["paused"]
    assert resumed.release_paused(actor=actor) == 0
    assert figures(purse) == (0, 5)
    lift(stop, actor)
    assert resumed.release_paused(actor=actor) == 1
    assert figures(purse) == (5, 0)
    assert resumed.release_paused(actor=actor) == 0


def test_what_it_waits_for_adds_up_on_one_hold(stop, carol, actor):
    freezes.freeze(customer_id=carol.pk, kind="credit", reason="asked by a court", actor=actor)
    purse = wallet_of(carol, funded="5.00")
    assert conditions(purse) == ["kyc", "compliance", "paused"]
    lift(stop, actor)
    assert resumed.release_paused(actor=actor) == 0
    assert figures(purse) == (0, Decimal(5))


def test_another_stop_that_holds_it_still_does(stop, alice, actor):
    purse = wallet_of(alice, funded="5.00")
    stops.engage(scope="currency", value="GBP", reason="a drill", actor=actor)
    lift(stop, actor)
    assert resumed.release_paused(actor=actor) == 0
    assert figures(purse) == (0, 5)


def test_a_payment_between_customers_is_not_held_by_it(stop, alice, bob, actor):
    lift(stop, actor)
    purse = wallet_of(alice, funded="5.00")
    stops.engage(scope="operation", value="deposit", reason="again", actor=actor)
    other = wallet_of(bob)
    transfers.transfer(payer=purse, payee=other, amount=gbp("2.00"), actor=actor)
    assert figures(other) == (2, 0)


def test_points_wait_for_nothing(stop, actor):
    assert figures(wallet_of(make_customer(kyc="pending"), "PTS", funded="5")) == (5, 0)


class TestFreeze:
    @pytest.fixture
    def freeze(self, alice, actor):
        return freezes.freeze(
            customer_id=alice.pk, kind="credit", reason="asked by a court", actor=actor
        )

    def lift(self, freeze, actor):
        with transaction.atomic():
            freezes.lift_step(freeze_id=freeze.pk, actor=actor)

    def test_keeps_what_arrives_until_it_is_lifted(self, freeze, alice, actor):
        purse = wallet_of(alice, funded="5.00")
        assert conditions(purse) == ["compliance"]
        assert resumed.release_unfrozen(actor=actor) == 0
        assert figures(purse) == (0, 5)
        self.lift(freeze, actor)
        assert resumed.release_unfrozen(actor=actor) == 1
        assert figures(purse) == (5, 0)

    def test_of_the_other_kind_still_keeps_it(self, freeze, alice, actor):
        purse = wallet_of(alice, funded="5.00")
        freezes.freeze(customer_id=alice.pk, kind="full", reason="asked by a court", actor=actor)
        self.lift(freeze, actor)
        assert resumed.release_unfrozen(actor=actor) == 0
        assert figures(purse) == (0, 5)

    def test_that_was_lifted_leaves_what_waits_for_an_identity(self, carol, actor):
        row = freezes.freeze(
            customer_id=carol.pk, kind="credit", reason="asked by a court", actor=actor
        )
        purse = wallet_of(carol, funded="5.00")
        self.lift(row, actor)
        assert resumed.release_unfrozen(actor=actor) == 0
        assert figures(purse) == (0, 5)
        open_ones = Hold.objects.get(wallet=purse).conditions.filter(cleared_at__isnull=True)
        assert [c.code for c in open_ones] == ["kyc"]

    def test_does_not_give_out_what_a_rail_would_not_take_back(self, alice, freeze, actor):
        purse = wallet_of(alice, funded="5.00")
        waiting = Hold.objects.select_related("wallet__owner__kyc_case", "transaction")
        deposits.return_step(hold=waiting.get(wallet=purse), actor=actor, reason="unwanted")
        deposits.refuse_return_step(
            hold=waiting.get(wallet=purse, state="open"), actor=actor, reason="the rail refused"
        )
        self.lift(freeze, actor)
        assert resumed.release_unfrozen(actor=actor) == 0
        assert figures(purse) == (0, 5)
