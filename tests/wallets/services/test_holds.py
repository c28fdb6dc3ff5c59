"""Holds: placed, captured in whole or in part, voided; each ends once."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from coinhub.core.errors import AmountInvalid, CurrencyMismatch
from coinhub.core.money import Money
from tests.conftest import gbp, wallet_of
from tests.refusals import refused
from tests.wallets.relations import assert_agree, assert_sums_are_zero, balances
from wallets.ledger.errors import (
    HoldEnded,
    HoldTooSmall,
    InsufficientFunds,
    MoveNotAllowed,
    WalletClosed,
    WalletFrozen,
)
from wallets.models import Hold, Transaction, Wallet
from wallets.services import holds, transfers, wallets


def place(payer: Wallet, payee: Wallet, amount: str, actor) -> Hold:
    """Place a hold and read it as an edge does."""
    booked = holds.place_hold(
        payer=payer, payee=payee, amount=gbp(amount), purpose="card_auth", actor=actor
    )
    return read(booked.transaction.holds.get())


def read(hold: Hold) -> Hold:
    """Read a hold anew with what belongs to it."""
    return Hold.objects.select_related(
        "wallet", "transaction__payer_wallet", "transaction__payee_wallet"
    ).get(pk=hold.pk)


class TestPlace:
    def test_moves_available_to_locked(self, payer, payee, actor):
        hold = place(payer, payee, "40.00", actor)
        assert balances(payer) == (60, 0, 40)
        assert balances(payee) == (0, 0, 0)
        assert (hold.state, hold.amount, hold.remaining) == ("open", 40, 40)
        assert hold.balance_type == "locked"
        assert (hold.transaction.status, hold.transaction.state) == ("PENDING", "authorised")
        assert_agree(payer, payee)

    def test_of_more_than_is_available_is_refused(self, payer, payee, actor):
        place(payer, payee, "60.00", actor)
        with refused(InsufficientFunds, available="40.00", required="40.01"):
            place(payer, payee, "40.01", actor)

    def test_that_would_have_expired_already_is_refused(self, payer, payee, actor):
        with refused(HoldEnded):
            holds.place_hold(
                payer=payer,
                payee=payee,
                amount=gbp("1"),
                purpose="card_auth",
                actor=actor,
                expires_at=timezone.now() - timedelta(seconds=1),
            )

    def test_on_a_frozen_wallet_is_refused(self, payer, payee, actor):
        wallets.freeze(payer)
        with refused(WalletFrozen):
            place(payer, payee, "1", actor)

    @pytest.mark.parametrize("amount", ["0", "-1", "0.001"])
    def test_of_no_amount_of_the_currency_is_refused(self, payer, payee, actor, amount):
        with refused(AmountInvalid):
            place(payer, payee, amount, actor)

    def test_for_a_payee_in_another_currency_is_refused(self, payer, new_wallet, actor):
        payee = new_wallet("USD")
        with refused(CurrencyMismatch):
            place(payer, payee, "1", actor)

    def test_money_in_a_hold_cannot_be_spent_twice(self, payer, payee, actor):
        place(payer, payee, "100.00", actor)
        with refused(InsufficientFunds, available="0.00"):
            transfers.transfer(payer=payer, payee=payee, amount=gbp("0.01"), actor=actor)


class TestCapture:
    def test_of_all_pays_the_payee(self, payer, payee, actor):
        hold = place(payer, payee, "40.00", actor)
        txn = holds.capture(hold=hold, amount=gbp("40.00"), actor=actor).transaction
        assert balances(payer) == (60, 0, 0)
        assert balances(payee) == (40, 0, 0)
        hold = read(hold)
        assert (hold.state, hold.remaining) == ("captured", 0)
        assert Transaction.objects.get(pk=txn.pk).status == "COMPLETED"
        assert_agree(payer, payee)
        assert_sums_are_zero()

    def test_of_a_part_gives_the_rest_back(self, payer, payee, actor):
        hold = place(payer, payee, "40.00", actor)
        holds.capture(hold=hold, amount=gbp("15.50"), actor=actor)
        assert balances(payer) == (Decimal("84.50"), 0, 0)
        assert balances(payee) == (Decimal("15.50"), 0, 0)
        ended = read(hold)
        assert (ended.state, ended.remaining) == ("captured", 0)
        assert ended.transaction.journals.count() == 2
        assert_agree(payer, payee)

    def test_of_more_than_remains_is_refused(self, payer, payee, actor):
        hold = place(payer, payee, "40.00", actor)
        place(payer, payee, "40.00", actor)  # there is enough locked, but for another operation
        with refused(HoldTooSmall):
            holds.capture(hold=hold, amount=gbp("40.01"), actor=actor)

    def test_twice_is_refused(self, payer, payee, actor):
        hold = place(payer, payee, "40.00", actor)
        place(payer, payee, "40.00", actor)
        holds.capture(hold=read(hold), amount=gbp("40.00"), actor=actor)
        with refused(MoveNotAllowed):
            holds.capture(hold=read(hold), amount=gbp("40.00"), actor=actor)

    def test_after_a_void_is_refused(self, payer, payee, actor):
        hold = place(payer, payee, "40.00", actor)
        holds.void(hold=read(hold), actor=actor)
        with refused(MoveNotAllowed):
            holds.capture(hold=read(hold), amount=gbp("40.00"), actor=actor)

    def test_works_on_a_frozen_wallet_since_the_money_left_available_before(
        self, payer, payee, actor
    ):
        hold = place(payer, payee, "40.00", actor)
        wallets.freeze(payer)
        holds.capture(hold=hold, amount=gbp("40.00"), actor=actor)
        assert balances(payee)[0] == 40

    def test_to_a_wallet_closed_meanwhile_is_refused(self, payer, new_wallet, actor):
        payee = wallet_of(new_wallet("USD").owner, "GBP")
        hold = place(payer, payee, "40.00", actor)
        wallets.close(payee)
        with refused(WalletClosed):
            holds.capture(hold=hold, amount=gbp("40.00"), actor=actor)

    @pytest.mark.parametrize("amount", ["0", "-1", "0.001"])
    def test_of_no_amount_of_the_currency_is_refused(self, payer, payee, actor, amount):
        hold = place(payer, payee, "40.00", actor)
        with refused(AmountInvalid):
            holds.capture(hold=hold, amount=gbp(amount), actor=actor)

    def test_in_another_currency_is_refused(self, payer, payee, actor):
        hold = place(payer, payee, "40.00", actor)
        with refused(CurrencyMismatch):
            holds.capture(hold=hold, amount=Money(Decimal(1), "USD"), actor=actor)

    def test_that_is_refused_leaves_the_row_in_memory_as_it_was(self, payer, payee, actor):
        hold = place(payer, payee, "40.00", actor)
        with refused(HoldTooSmall):
            holds.capture(hold=hold, amount=gbp("41.00"), actor=actor)
        assert (hold.transaction.status, hold.transaction.state) == ("PENDING", "authorised")

    def test_for_a_payee_not_approved_waits_in_held(self, payer, new_wallet, actor):
        carol = new_wallet(kyc="pending")
        hold = place(payer, carol, "40.00", actor)
        txn = holds.capture(hold=hold, amount=gbp("30.00"), actor=actor).transaction
        assert (balances(payer), balances(carol)) == ((70, 0, 0), (0, 30, 0))
        assert txn.status == "HELD"
        assert [c.code for c in carol.holds.get().conditions.all()] == ["kyc"]
        assert_agree(payer, carol)


class TestVoid:
    def test_gives_everything_back(self, payer, payee, actor):
        hold = place(payer, payee, "40.00", actor)
        txn = holds.void(hold=hold, actor=actor).transaction
        assert balances(payer) == (100, 0, 0)
        hold = read(hold)
        assert (hold.state, hold.remaining, hold.transaction.status) == ("voided", 0, "CANCELLED")
        assert txn.status == "CANCELLED"
        assert_agree(payer)

    def test_twice_is_refused(self, payer, payee, actor):
        hold = place(payer, payee, "40.00", actor)
        holds.void(hold=read(hold), actor=actor)
        with refused(MoveNotAllowed):
            holds.void(hold=read(hold), actor=actor)

    def test_after_a_capture_is_refused(self, payer, payee, actor):
        hold = place(payer, payee, "40.00", actor)
        holds.capture(hold=read(hold), amount=gbp("1.00"), actor=actor)
        with refused(MoveNotAllowed):
            holds.void(hold=read(hold), actor=actor)

    def test_gives_back_to_a_frozen_wallet(self, payer, payee, actor):
        hold = place(payer, payee, "40.00", actor)
        wallets.freeze(payer)
        holds.void(hold=hold, actor=actor)
        assert balances(payer) == (100, 0, 0)

    def test_of_money_held_for_an_identity_is_refused(self, new_wallet, actor):
        carol = new_wallet(funded="500.00", kyc="pending")
        hold = read(carol.holds.get())
        with refused(MoveNotAllowed):
            holds.void(hold=hold, actor=actor)
