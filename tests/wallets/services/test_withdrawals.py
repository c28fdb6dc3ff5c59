"""Withdrawals: what is set aside, what it waits for, and who may take it back."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone

from coinhub.core.actor import system
from coinhub.core.errors import CurrencyMismatch, NotYours
from coinhub.users.models import User
from coinhub.users.services.confirmations import StepUpRequired
from kyc.models import Case
from tests.conftest import gbp, make_customer
from tests.wallets.leaving import actor_of, due, enrol, leaver, place, state_of, withdraw
from wallets.ledger.errors import (
    AccountFrozen,
    InsufficientFunds,
    LimitExceeded,
    MoveNotAllowed,
    ServicePaused,
)
from wallets.models import Destination, Fee, Freeze, Hold, Stop, Transaction, Wallet, Withdrawal
from wallets.policies.gates import KycRequired
from wallets.policies.limits import AmountOutOfRange
from wallets.policies.withdrawing import NotWithdrawable
from wallets.selectors import fees
from wallets.selectors.destinations import DestinationGone
from wallets.services import payout_tracking, payouts, withdrawal_steps, withdrawals
from wallets.services.mandates import NONE
from wallets.services.withdrawal_plans import Wish

pytestmark = pytest.mark.django_db


def wallet_in(user, currency="GBP"):
    return Wallet.objects.get(owner=user, currency=currency)


@pytest.fixture
def fee(db):
    Fee.objects.create(operation="withdrawal", currency_id="GBP", fixed=Decimal("1.00"))
    fees.forget()


@pytest.fixture
def ann(db) -> User:
    """A customer with 1,000.00 pounds who has withdrawn before."""
    return leaver()


def untouched(user, available="1000.00"):
    wallet = wallet_in(user)
    assert (wallet.available, wallet.locked) == (Decimal(available), 0)
    assert not Withdrawal.objects.filter(transaction__payer_wallet=wallet).exists()


class TestRequest:
    def test_sets_amount_and_fee_aside(self, ann, fee):
        txn = withdraw(ann, "100.00")
        wallet = wallet_in(ann)
        assert (txn.status, txn.state) == ("PENDING", "approved")
        assert (txn.amount, txn.fee) == (100, 1)
        assert (wallet.available, wallet.locked, wallet.total) == (899, 101, 1000)
        assert Hold.objects.get(transaction=txn).purpose == "withdrawal"

    def test_takes_the_fee_out_of_it_when_asked_to(self, ann, fee):
        txn = withdraw(ann, "100.00", fee_mode="inside")
        assert (txn.amount, txn.fee) == (99, 1)
        assert wallet_in(ann).locked == 100

    def test_a_fee_that_eats_it_is_refused(self, ann, fee):
        with pytest.raises(AmountOutOfRange):
            withdraw(ann, "1.00", fee_mode="inside")
        untouched(ann)

    def test_needs_the_fee_as_well(self, fee):
        poor = leaver("100.00")
        with pytest.raises(InsufficientFunds) as refused:
            withdraw(poor, "100.00")
        assert refused.value.members == {"available": "100.00", "required": "101.00"}
        untouched(poor, "100.00")

    def test_asks_for_the_second_factor_of_exactly_this(self, ann):
        there = place(ann)
        wish = Wish(gbp("10.00"), there.public_id)
        with pytest.raises(StepUpRequired) as needed:
            withdrawals.withdraw(
                customer_id=ann.pk, wish=wish, mandate=NONE, actor=actor_of(ann), request=None
            )
        assert needed.value.members["facts"] == {
            "amount": "10.00",
            "fee": "0.00",
            "currency": "GBP",
            "destination": str(there.public_id),
            "to": f"{there.label}, GB33 … 5555",
        }
        untouched(ann)

    def test_points_do_not_leave(self, ann):
        with pytest.raises(NotWithdrawable):
            withdraw(ann, "10", place(ann), currency="PTS")

    def test_somebody_elses_address_is_as_none(self, ann, bob):
        with pytest.raises(NotYours):
            withdraw(ann, "10.00", place(bob))
        untouched(ann)

    def test_an_address_that_was_removed_is_refused(self, ann):
        there = place(ann)
        Destination.objects.filter(pk=there.pk).update(archived_at=timezone.now())
        with pytest.raises(DestinationGone):
            withdraw(ann, "10.00", there)
        untouched(ann)

    def test_an_address_for_another_currency_is_refused(self, ann):
        with pytest.raises(CurrencyMismatch):
            withdraw(ann, "10.00", place(ann, "BTC", network="bitcoin"))
        untouched(ann)

    def test_needs_an_identity(self, db):
        user = enrol(make_customer(kyc=Case.Status.PENDING))
        with pytest.raises(KycRequired):
            withdraw(user, "10.00")

    def test_is_refused_while_stopped(self, ann):
        Stop.objects.create(scope="operation", value="withdrawal", reason="r", message="m")
        with pytest.raises(ServicePaused):
            withdraw(ann, "10.00")
        untouched(ann)

    def test_is_refused_while_frozen(self, ann):
        Freeze.objects.create(customer=ann, kind="debit", reason="r", review_on="2030-01-01")
        with pytest.raises(AccountFrozen):
            withdraw(ann, "10.00")
        untouched(ann)


class TestWhatItWaitsFor:
    def test_cools_while_the_address_is_new(self, ann):
        there = place(ann, age_h=1)
        txn = withdraw(ann, "10.00", there)
        assert txn.state == "cooling"
        assert Withdrawal.objects.get(transaction=txn).next_at == there.active_from

    def test_cools_while_the_credentials_are_new(self, ann):
        changed = timezone.now() - timedelta(hours=23)
        User.objects.filter(pk=ann.pk).update(credentials_changed_at=changed)
        txn = withdraw(ann, "10.00")
        assert txn.state == "cooling"
        next_at = Withdrawal.objects.get(transaction=txn).next_at
        assert next_at == changed + timedelta(hours=24)

    def test_the_first_one_waits_for_staff(self, db):
        assert withdraw(leaver(is_known=False), "10.00").state == "pending_review"

    @pytest.mark.parametrize(
        ("amount", "state"), [("1000.00", "approved"), ("1000.01", "pending_review")]
    )
    def test_above_a_thousand_dollars_waits_for_staff(self, amount, state):
        user = leaver("5000.00", "USD")
        assert withdraw(user, amount, currency="USD").state == state

    def test_more_than_half_of_the_days_limit_waits_for_staff(self, settings):
        settings.WITHDRAW_AUTO_USD = 1_000_000
        user = leaver("600000.00", "USD")
        assert withdraw(user, "200000.00", currency="USD").state == "approved"
        assert withdraw(user, "49999.00", currency="USD").state == "approved"
        assert withdraw(user, "2.00", currency="USD").state == "pending_review"

    def test_cooled_it_goes_to_the_worker_or_to_staff(self, ann):
        small = withdraw(ann, "10.00", place(ann, age_h=1))
        large = withdraw(ann, "900.00", place(ann, age_h=1))
        payout_tracking.move_cooled()
        assert (state_of(small), state_of(large)) == ("cooling", "cooling")
        due(small)
        due(large)
        payout_tracking.move_cooled()
        assert (state_of(small), state_of(large)) == ("approved", "pending_review")

    def test_cooled_it_goes_to_staff_when_the_customer_is_frozen(self, ann):
        txn = withdraw(ann, "10.00", place(ann, age_h=1))
        Freeze.objects.create(customer=ann, kind="full", reason="r", review_on="2030-01-01")
        due(txn)
        payout_tracking.move_cooled()
        assert state_of(txn) == "pending_review"

    def test_what_nobody_decides_within_a_week_is_cancelled(self, db):
        user = leaver(is_known=False)
        txn = withdraw(user, "10.00")
        payout_tracking.cancel_forgotten()
        assert state_of(txn) == "pending_review"
        due(txn)
        payout_tracking.cancel_forgotten()
        assert state_of(txn) == "cancelled"
        assert wallet_in(user).available == 1000


class TestStaff:
    @pytest.fixture
    def waiting(self, db):
        return withdraw(leaver(is_known=False), "10.00")

    def test_approve_lets_the_worker_have_it(self, waiting):
        with transaction.atomic():
            withdrawal_steps.approve_step(txn=waiting, actor=system())
        assert state_of(waiting) == "approved"
        assert payouts.send_due() == 1

    def test_reject_gives_the_money_back_and_says_why(self, waiting):
        with transaction.atomic():
            withdrawal_steps.reject_step(txn=waiting, reason="not yours", actor=system())
        assert state_of(waiting) == "rejected"
        assert Withdrawal.objects.get(transaction=waiting).why == "not yours"
        assert Wallet.objects.get(pk=waiting.payer_wallet_id).available == 1000

    def test_neither_can_be_done_twice(self, waiting):
        with transaction.atomic():
            withdrawal_steps.approve_step(txn=waiting, actor=system())
        with pytest.raises(MoveNotAllowed), transaction.atomic():
            withdrawal_steps.approve_step(txn=waiting, actor=system())
        with pytest.raises(MoveNotAllowed), transaction.atomic():
            withdrawal_steps.reject_step(txn=waiting, reason="late", actor=system())
        assert state_of(waiting) == "approved"


class TestCancel:
    @pytest.mark.parametrize("age_h", [1, 48])
    def test_gives_everything_back(self, ann, fee, age_h):
        txn = withdraw(ann, "100.00", place(ann, age_h=age_h))
        withdrawals.cancel(owner_id=ann.pk, public_id=txn.public_id, actor=actor_of(ann))
        assert state_of(txn) == "cancelled"
        wallet = wallet_in(ann)
        assert (wallet.available, wallet.locked) == (1000, 0)

    def test_is_refused_once_the_worker_has_it(self, ann):
        txn = withdraw(ann, "100.00")
        payouts.claim()
        with pytest.raises(MoveNotAllowed) as refused, transaction.atomic():
            withdrawals.cancel(owner_id=ann.pk, public_id=txn.public_id, actor=actor_of(ann))
        assert refused.value.members["state"] == "processing"
        assert wallet_in(ann).locked == 100

    def test_somebody_elses_is_as_none(self, ann, bob):
        txn = withdraw(ann, "100.00")
        with pytest.raises(NotYours):
            withdrawals.cancel(owner_id=bob.pk, public_id=txn.public_id, actor=actor_of(bob))
        assert state_of(txn) == "approved"

    def test_gives_its_part_of_the_limit_back(self, db):
        """S47: two of 300,000 do not fit into 500,000 a day; after a cancellation they do."""
        user = leaver("700000.00", "USD")
        there = place(user, "USD")
        first = withdraw(user, "300000.00", there, currency="USD")
        with pytest.raises(LimitExceeded):
            withdraw(user, "300000.00", there, currency="USD")
        withdrawals.cancel(owner_id=user.pk, public_id=first.public_id, actor=actor_of(user))
        assert withdraw(user, "300000.00", there, currency="USD").status == "PENDING"
        assert Transaction.objects.filter(payer_wallet__owner=user, status="PENDING").count() == 1
