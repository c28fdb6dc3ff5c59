"""Credit and debit: money from outside and money to the outside."""

import math
from decimal import Decimal

import pytest

from coinhub.core.errors import AmountInvalid, CurrencyMismatch
from coinhub.core.money import Money
from coinhub.events.models import AuditEvent, OutboxEvent
from tests.conftest import gbp, make_customer
from tests.refusals import refused
from tests.wallets.relations import assert_agree, assert_sums_are_zero, balances
from wallets.ledger import chart
from wallets.ledger.errors import InsufficientFunds, WalletClosed, WalletFrozen
from wallets.models import Hold, Posting, Transaction
from wallets.selectors.house import HouseWalletMissing, get_house_wallet
from wallets.services import payments, wallets


class TestCredit:
    def test_adds_the_amount_and_takes_it_from_what_is_held_outside(self, payee, settlement, actor):
        outside = balances(settlement)[0]
        txn = payments.credit(payee=payee, amount=gbp("12.34"), actor=actor).transaction
        assert balances(payee) == (Decimal("12.34"), 0, 0)
        assert balances(settlement)[0] == outside - Decimal("12.34")
        lines = Posting.objects.filter(journal__transaction=txn).order_by("amount")
        assert [(p.wallet_id, p.amount) for p in lines] == [
            (settlement.pk, Decimal("-12.34")),
            (payee.pk, Decimal("12.34")),
        ]
        assert_agree(payee, settlement)
        assert_sums_are_zero()

    def test_records_the_operation_and_tells_of_it_in_one_database_transaction(self, payee, actor):
        txn = payments.credit(payee=payee, amount=gbp("5"), actor=actor).transaction
        kept = Transaction.objects.get(pk=txn.pk)
        assert (kept.type, kept.status, kept.state) == ("deposit", "COMPLETED", "completed")
        assert kept.completed_at == kept.created_at == txn.created_at
        audit = AuditEvent.objects.get(object_id=str(txn.public_id))
        outbox = OutboxEvent.objects.get(object_id=str(txn.public_id))
        journal = kept.journals.get()
        assert (audit.action, outbox.type) == ("deposit.completed", "deposit.completed")
        assert audit.request_id == "test-request"
        assert {audit.xact_id, outbox.xact_id, journal.xact_id, kept.xact_id} == {kept.xact_id}

    @pytest.mark.parametrize("status", ["not_started", "pending", "rejected"])
    def test_waits_on_a_hold_while_the_identity_is_not_approved(self, new_wallet, actor, status):
        payee = new_wallet(kyc=status)
        txn = payments.credit(payee=payee, amount=gbp("500.00"), actor=actor).transaction
        assert balances(payee) == (0, Decimal("500.00"), 0)
        assert (txn.status, txn.completed_at) == ("HELD", None)
        hold = Hold.objects.get(wallet=payee)
        assert (hold.balance_type, hold.remaining, hold.state) == ("held", 500, "open")
        assert [c.code for c in hold.conditions.all()] == ["kyc"]
        assert_agree(payee)

    def test_of_points_needs_no_identity(self, new_wallet, actor):
        payee = new_wallet("PTS", kyc="not_started")
        payments.credit(payee=payee, amount=Money(Decimal(40), "PTS"), actor=actor)
        assert balances(payee) == (40, 0, 0)

    def test_reaches_a_frozen_wallet(self, payee, actor):
        wallets.freeze(payee)
        payments.credit(payee=payee, amount=gbp("1"), actor=actor)
        assert balances(payee)[0] == 1

    def test_to_a_closed_wallet_is_refused(self, closed, actor):
        with refused(WalletClosed):
            payments.credit(payee=closed, amount=Money(Decimal(1), "USD"), actor=actor)

    @pytest.mark.parametrize("amount", ["0", "-0.01", "-100"])
    def test_of_nothing_or_less_is_refused(self, payee, actor, amount):
        with refused(AmountInvalid):
            payments.credit(payee=payee, amount=gbp(amount), actor=actor)

    @pytest.mark.parametrize(
        ("currency", "amount"), [("GBP", "0.001"), ("JPY", "0.5"), ("BTC", "0.000000001")]
    )
    def test_finer_than_the_currency_is_refused(self, new_wallet, actor, currency, amount):
        payee = new_wallet(currency)
        with refused(AmountInvalid):
            payments.credit(payee=payee, amount=Money(Decimal(amount), currency), actor=actor)

    def test_in_another_currency_is_refused(self, payee, actor):
        with refused(CurrencyMismatch):
            payments.credit(payee=payee, amount=Money(Decimal(1), "USD"), actor=actor)

    def test_that_the_column_cannot_hold_is_refused(self, new_wallet, actor):
        payee = new_wallet("ETH")
        outside = math.floor(get_house_wallet(chart.SETTLEMENT, "ETH").available)
        most = Money(Decimal(99999999999999999999 + outside), "ETH")
        payments.credit(payee=payee, amount=most, actor=actor)
        with refused(AmountInvalid):
            payments.credit(payee=payee, amount=most, actor=actor)
        payments.debit(payer=payee, amount=most, actor=actor)  # the house is as before

    def test_of_the_smallest_unit_of_ether_is_exact(self, new_wallet, actor):
        payee = new_wallet("ETH", funded="12345678901234567890")
        payments.credit(payee=payee, amount=Money(Decimal(1).scaleb(-18), "ETH"), actor=actor)
        assert str(balances(payee)[0]) == "12345678901234567890.000000000000000001"
        assert_agree(payee)
        payments.debit(payer=payee, amount=Money(payee.available, "ETH"), actor=actor)


class TestDebit:
    def test_takes_the_amount(self, payer, settlement, actor):
        outside = balances(settlement)[0]
        txn = payments.debit(payer=payer, amount=gbp("100.00"), actor=actor).transaction
        assert balances(payer) == (0, 0, 0)
        assert balances(settlement)[0] == outside + 100
        assert (txn.type, txn.status) == ("withdrawal", "COMPLETED")
        assert_agree(payer, settlement)

    def test_of_a_penny_more_than_there_is_says_what_there_is(self, payer, actor):
        with refused(InsufficientFunds, available="100.00", required="100.01", stored=True):
            payments.debit(payer=payer, amount=gbp("100.01"), actor=actor)

    def test_of_held_money_is_refused(self, new_wallet, actor):
        carol = new_wallet(funded="500.00", kyc="pending")
        with refused(InsufficientFunds, available="0.00"):
            payments.debit(payer=carol, amount=gbp("0.01"), actor=actor)

    def test_from_a_frozen_wallet_is_refused_until_it_is_unfrozen(self, payer, actor):
        wallets.freeze(payer)
        with refused(WalletFrozen):
            payments.debit(payer=payer, amount=gbp("1"), actor=actor)
        wallets.unfreeze(payer)
        payments.debit(payer=payer, amount=gbp("1"), actor=actor)
        assert balances(payer)[0] == 99

    def test_from_a_closed_wallet_is_refused(self, closed, actor):
        with refused(WalletClosed):
            payments.debit(payer=closed, amount=Money(Decimal(1), "USD"), actor=actor)

    def test_goes_down_to_the_granted_overdraft_and_not_below(self, payer, actor):
        wallets.grant_overdraft(payer, floor=Decimal("-50.00"))
        payments.debit(payer=payer, amount=gbp("150.00"), actor=actor)
        assert balances(payer)[0] == -50
        assert_agree(payer)
        with refused(InsufficientFunds, available="0.00", required="0.01"):
            payments.debit(payer=payer, amount=gbp("0.01"), actor=actor)

    @pytest.mark.parametrize("amount", ["0", "-1"])
    def test_of_nothing_or_less_is_refused(self, payer, actor, amount):
        with refused(AmountInvalid):
            payments.debit(payer=payer, amount=gbp(amount), actor=actor)

    def test_in_another_currency_is_refused(self, payer, actor):
        with refused(CurrencyMismatch):
            payments.debit(payer=payer, amount=Money(Decimal(1), "EUR"), actor=actor)


class TestFundHouse:
    def test_adds_to_a_wallet_of_the_house(self, committed_db, settlement, actor):
        txn = payments.fund_house(
            code="SYS-RESERVE-0001", amount=gbp("10"), actor=actor
        ).transaction
        assert txn.payee_wallet.code == "SYS-RESERVE-0001"
        assert_agree(txn.payee_wallet, settlement)

    def test_of_a_wallet_that_is_not_there_is_refused(self, committed_db, actor):
        with refused(HouseWalletMissing):
            payments.fund_house(code="S.NOTHING", amount=gbp("10"), actor=actor)


@pytest.fixture
def closed(committed_db):
    """A closed wallet in dollars of a customer whose primary one is in pounds."""
    owner = make_customer()
    wallets.open_wallet(owner_id=owner.pk, currency="GBP")
    wallet = wallets.open_wallet(owner_id=owner.pk, currency="USD")
    wallets.close(wallet)
    return wallet
