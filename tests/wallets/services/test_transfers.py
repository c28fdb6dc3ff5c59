"""Transfers between customers."""

from decimal import Decimal

import pytest

from coinhub.core.errors import AmountInvalid, CurrencyMismatch, NotYours
from coinhub.core.money import Money
from tests.conftest import gbp, wallet_of
from tests.refusals import refused
from tests.wallets.relations import assert_agree, assert_sums_are_zero, balances
from wallets.ledger.errors import InsufficientFunds, WalletClosed, WalletFrozen
from wallets.models import Hold, Wallet
from wallets.services import transfers, wallets
from wallets.services.transfers import SelfTransfer


class TestTransfer:
    def test_moves_the_amount_and_nothing_else(self, payer, payee, actor):
        txn = transfers.transfer(
            payer=payer, payee=payee, amount=gbp("30.00"), actor=actor, note="rent"
        ).transaction
        txn.refresh_from_db()
        assert balances(payer) == (70, 0, 0)
        assert balances(payee) == (30, 0, 0)
        assert (txn.type, txn.status, txn.note, txn.fee) == ("transfer", "COMPLETED", "rent", 0)
        assert_agree(payer, payee)
        assert_sums_are_zero()

    def test_can_be_of_all_there_is(self, payer, payee, actor):
        transfers.transfer(payer=payer, payee=payee, amount=gbp("100.00"), actor=actor)
        assert balances(payer) == (0, 0, 0)

    def test_of_a_penny_more_is_refused(self, payer, payee, actor):
        with refused(InsufficientFunds, available="100.00", required="100.01"):
            transfers.transfer(payer=payer, payee=payee, amount=gbp("100.01"), actor=actor)

    def test_to_somebody_not_approved_arrives_held(self, payer, new_wallet, actor):
        carol = new_wallet(kyc="pending")
        txn = transfers.transfer(
            payer=payer, payee=carol, amount=gbp("20.00"), actor=actor
        ).transaction
        assert txn.status == "HELD"
        assert balances(carol) == (0, 20, 0)
        assert [c.code for c in Hold.objects.get(wallet=carol).conditions.all()] == ["kyc"]
        assert_agree(payer, carol)

    def test_to_oneself_is_refused_whatever_the_wallet(self, payer, actor):
        other = wallet_of(payer.owner, "USD")
        for payee in (payer, other):
            with refused(SelfTransfer):
                transfers.transfer(payer=payer, payee=payee, amount=gbp("1"), actor=actor)

    def test_to_a_wallet_in_another_currency_is_refused(self, payer, new_wallet, actor):
        payee = new_wallet("USD")
        for currency in ("GBP", "USD"):
            with refused(CurrencyMismatch):
                transfers.transfer(
                    payer=payer, payee=payee, amount=Money(Decimal(1), currency), actor=actor
                )

    @pytest.mark.parametrize("amount", ["0", "-1", "0.001", "1.999"])
    def test_of_no_amount_of_the_currency_is_refused(self, payer, payee, actor, amount):
        with refused(AmountInvalid):
            transfers.transfer(payer=payer, payee=payee, amount=gbp(amount), actor=actor)

    def test_from_a_frozen_wallet_is_refused(self, payer, payee, actor):
        wallets.freeze(payer)
        with refused(WalletFrozen):
            transfers.transfer(payer=payer, payee=payee, amount=gbp("1"), actor=actor)

    def test_into_a_frozen_wallet_arrives(self, payer, payee, actor):
        wallets.freeze(payee)
        transfers.transfer(payer=payer, payee=payee, amount=gbp("1"), actor=actor)
        assert balances(payee)[0] == 1

    def test_to_a_closed_wallet_is_refused(self, payer, new_wallet, actor):
        primary = new_wallet("USD")
        payee = wallet_of(primary.owner, "GBP")
        wallets.close(payee)
        with refused(WalletClosed):
            transfers.transfer(payer=payer, payee=payee, amount=gbp("1"), actor=actor)

    def test_to_a_wallet_that_is_not_there_is_refused(self, payer, payee, actor):
        ghost = Wallet(
            pk=payee.pk + 10**9, shard=payee.shard, currency_id="GBP", owner=payee.owner, decimals=2
        )
        with refused(NotYours):
            transfers.transfer(payer=payer, payee=ghost, amount=gbp("1"), actor=actor)

    def test_a_stale_row_does_not_decide(self, payer, payee, actor):
        stale = Wallet.objects.get(pk=payer.pk)
        transfers.transfer(payer=payer, payee=payee, amount=gbp("90"), actor=actor)
        assert stale.available == 100
        with refused(InsufficientFunds, available="10.00"):
            transfers.transfer(payer=stale, payee=payee, amount=gbp("90"), actor=actor)
