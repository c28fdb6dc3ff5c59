"""What is too little to credit by itself is added up, and credited once it is enough."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import connections

from tests.conftest import make_customer
from tests.wallets.services.test_deposits import arrives, deposit_fee  # noqa: F401
from wallets.ledger.errors import InsufficientFunds
from wallets.models import Journal, Receipt, Transaction, Wallet
from wallets.rails.configured import rail_named
from wallets.selectors import house
from wallets.services import deposit_returns, deposits

LEAST = rail_named("sandbox").minimum("BTC")
HALF = str(LEAST / 2)


def suspense():
    return house.get_house_wallet("S.SUSPENSE", "BTC").available


def available(user, currency="BTC"):
    wallet = Wallet.objects.filter(owner=user, currency=currency).first()
    return wallet.available if wallet else Decimal(0)


def bitcoins(name, user, amount=HALF):
    return arrives(name, user.pk, amount, currency="BTC")


@pytest.mark.django_db
class TestSmall:
    def test_waits_until_together_it_is_enough(self, alice):
        before = suspense()
        first = bitcoins("small-1", alice)
        assert (first.state, available(alice), suspense()) == (
            "below_minimum",
            0,
            before + LEAST / 2,
        )
        second = bitcoins("small-2", alice)
        first.refresh_from_db()
        assert (first.state, second.state) == ("credited", "credited")
        assert first.transaction == second.transaction
        assert (available(alice), suspense()) == (LEAST, before)
        txn = second.transaction
        assert (txn.type, txn.status, txn.amount) == ("deposit", "COMPLETED", LEAST)

    def test_is_credited_once_however_often_it_is_told_of(self, alice):
        for name in ("again-1", "again-2", "again-1", "again-2", "again-2"):
            bitcoins(name, alice)
        assert available(alice) == LEAST
        wallet = Wallet.objects.get(owner=alice, currency="BTC")
        assert Journal.objects.filter(transaction__payee_wallet=wallet).count() == 1

    def test_begins_anew_after_it_was_credited(self, alice):
        for name in ("anew-1", "anew-2", "anew-3"):
            last = bitcoins(name, alice)
        assert (last.state, available(alice)) == ("below_minimum", LEAST)

    def test_of_somebody_else_is_not_added(self, alice, bob):
        bitcoins("alices", alice)
        assert bitcoins("bobs", bob).state == "below_minimum"
        assert (available(alice), available(bob)) == (0, 0)

    def test_beside_what_is_enough_stays_small(self, alice):
        bitcoins("small", alice)
        assert bitcoins("large", alice, str(LEAST)).state == "credited"
        assert available(alice) == LEAST

    def test_that_a_fee_would_eat_waits_for_more_than_the_fee(self, alice, deposit_fee):  # noqa: F811
        assert arrives("eaten-1", alice.pk, "1.00").state == "below_minimum"
        assert arrives("eaten-2", alice.pk, "1.00").state == "credited"
        assert available(alice, "GBP") == Decimal("0.50")

    def test_is_held_for_an_identity_and_goes_back_to_no_single_sender(self, carol):
        bitcoins("carol-1", carol)
        txn = bitcoins("carol-2", carol).transaction
        assert txn.status == "HELD"
        assert not deposit_returns.can_be_returned(Transaction.objects.get(pk=txn.pk))

    def test_that_staff_took_out_of_suspense_is_left_to_them(self, alice, monkeypatch):
        def taken(**_step):
            raise InsufficientFunds

        monkeypatch.setattr(deposits, "collect_step", taken)
        bitcoins("taken-1", alice)
        assert bitcoins("taken-2", alice).state == "below_minimum"
        assert available(alice) == 0


def test_that_arrive_at_once_leave_none_over(committed_db):
    user = make_customer("small")
    many = 12

    def arrive(number):
        try:
            return bitcoins(f"{user.pk}-{number}", user)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(many) as pool:
        list(pool.map(arrive, range(many)))
    rows = Receipt.objects.filter(customer=user)
    credited = rows.filter(state="credited").count()
    assert rows.count() == many
    assert credited >= many - 1
    assert available(user) == credited * LEAST / 2
    assert {
        txn.amount >= LEAST for txn in Transaction.objects.filter(payee_wallet__owner=user)
    } == {True}
