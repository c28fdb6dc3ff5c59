"""Transfers between customers."""

from decimal import Decimal

import pytest
from django.db import transaction

from coinhub.core.errors import AmountInvalid, CurrencyMismatch, NotYours
from coinhub.core.money import Money
from tests.conftest import gbp, wallet_of
from tests.refusals import refused
from tests.wallets.relations import assert_agree, assert_sums_are_zero, balances
from wallets.ledger.errors import InsufficientFunds, WalletClosed, WalletFrozen
from wallets.models import Hold, Wallet
from wallets.services import freezes, transfers, wallets
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


class TestAPayeeWhoIsFrozenForCredits:
    @pytest.mark.parametrize("kind", ["credit", "full"])
    def test_finds_it_held(self, payer, payee, actor, kind):
        freezes.freeze(
            customer_id=payee.owner_id, kind=kind, reason="somebody looks at it", actor=actor
        )
        txn = transfers.transfer(
            payer=payer, payee=payee, amount=gbp("20.00"), actor=actor
        ).transaction
        assert txn.status == "HELD"
        assert balances(payee) == (0, 20, 0)
        assert [c.code for c in Hold.objects.get(wallet=payee).conditions.all()] == ["compliance"]
        assert_agree(payer, payee)

    @pytest.mark.parametrize("kind", ["debit", None])
    def test_for_debits_only_or_no_more_has_it_at_once(self, payer, payee, actor, kind):
        made = freezes.freeze(
            customer_id=payee.owner_id,
            kind=kind or "credit",
            reason="somebody looks at it",
            actor=actor,
        )
        if kind is None:
            with transaction.atomic():
                freezes.lift_step(freeze_id=made.pk, actor=actor)
        transfers.transfer(payer=payer, payee=payee, amount=gbp("20.00"), actor=actor)
        assert balances(payee) == (20, 0, 0)

    def test_waits_for_the_identity_too(self, payer, new_wallet, actor):
        carol = new_wallet(kyc="pending")
        freezes.freeze(
            customer_id=carol.owner_id, kind="credit", reason="somebody looks at it", actor=actor
        )
        transfers.transfer(payer=payer, payee=carol, amount=gbp("20.00"), actor=actor)
        held = Hold.objects.get(wallet=carol)
        assert {c.code for c in held.conditions.all()} == {"kyc", "compliance"}

    def test_after_it_was_looked_up_finds_it_held(self, payer, payee, actor, monkeypatch):
        look_up = transfers._both_wallets

        def then_freeze(plan):
            sides = look_up(plan)
            freezes.freeze(
                customer_id=payee.owner_id,
                kind="credit",
                reason="somebody looks at it",
                actor=actor,
            )
            return sides

        monkeypatch.setattr(transfers, "_both_wallets", then_freeze)
        txn = transfers.pay(
            owner_id=payer.owner_id, to=str(payee.public_id), amount=gbp("20.00"), actor=actor
        ).transaction
        assert txn.status == "HELD"
        assert balances(payee) == (0, 20, 0)
