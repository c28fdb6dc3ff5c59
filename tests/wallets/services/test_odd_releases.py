"""Releases that meet something else: many holds, a part that went back, two people at once."""

from decimal import Decimal

import pytest
from django.db import transaction

from coinhub.approvals import services as approvals
from coinhub.core.actor import Actor, system
from coinhub.users import roles
from kyc.services import decisions
from tests.conftest import gbp, make_customer, make_staff, wallet_of
from tests.stepped import Stepped, outcome_of
from tests.wallets.relations import assert_agree, assert_sums_are_zero, balances
from tests.wallets.services.test_odd_reversals import (
    approve,
    assert_no_finding_about,
    by,
    propose,
)
from wallets.ledger import chart, drafts, posting, steps
from wallets.ledger.drafts import FeeDraft, HoldDraft
from wallets.models import Hold, Transaction
from wallets.selectors import house
from wallets.services import freezes, payments, releases, reversals, transfers

HOLDS = 600


@pytest.fixture
def maker(committed_db):
    return make_staff("maker", roles.OPERATIONS)


@pytest.fixture
def checker(committed_db):
    return make_staff("checker", roles.OPERATIONS)


@pytest.fixture
def reviewer(committed_db):
    return Actor(kind="staff", user_id=make_staff("reviewer", roles.KYC).pk, request_id="review")


@pytest.fixture
def carol(committed_db):
    return wallet_of(make_customer("carol", kyc="pending"))


def test_of_six_hundred_holds_are_finished_by_the_sweep(carol, reviewer):
    for _ in range(HOLDS):
        payments.credit(payee=carol, amount=gbp("1.00"), actor=system())
    decisions.approve(customer_id=carol.owner_id, actor=reviewer)
    assert balances(carol)[0] == releases.MOST_AT_ONCE
    releases.release_due(actor=system())
    assert balances(carol) == (HOLDS, 0, 0)
    assert_agree(carol)


def test_of_a_deposit_of_which_a_part_went_back_takes_the_fee_once(carol, reviewer, maker, checker):
    payments.fund_house(code=chart.TREASURY, amount=gbp("50.00"), actor=system())
    draft = drafts.move(
        type="deposit",
        payer=house.get_house_wallet(chart.SETTLEMENT, "GBP"),
        payee=carol,
        amount=gbp("100.00"),
        hold=HoldDraft(purpose="deposit", conditions=("kyc",)),
        fee=FeeDraft(Decimal("2.00"), house.get_house_wallet(chart.FEE_DEPOSIT, "GBP")),
    )
    deposit = posting.book(draft, actor=system(), event="deposit.held").transaction
    approve(propose(deposit, maker, "99.00", fee_policy="full"), checker)
    assert balances(carol) == (0, 1, 0)
    assert_no_finding_about(carol)
    decisions.approve(customer_id=carol.owner_id, actor=reviewer)
    assert balances(carol) == (0, 0, 0)
    assert Transaction.objects.get(pk=deposit.pk).state == "completed"
    assert_no_finding_about(carol)
    payments.credit(payee=carol, amount=gbp("1.00"), actor=system())
    done = approve(propose(deposit, maker, "1.00", fee_policy="full"), checker)
    assert done.result["fee_refunded"] == "1.00"
    assert balances(carol) == (1, 0, 0)
    assert_no_finding_about(carol)
    assert_sums_are_zero()


def test_after_a_part_was_reversed_at_this_very_moment_releases_the_rest(
    payer, carol, reviewer, maker, checker
):
    txn = transfers.transfer(
        payer=payer, payee=carol, amount=gbp("100.00"), actor=system()
    ).transaction
    approval = propose(txn, maker, "30.00")
    with Stepped() as staff, Stepped() as review:
        done = staff.do(lambda: _in_transaction(lambda: _execute(approval, checker)))
        assert done["covered"] == "0.00"
        deciding = review.start(
            lambda: decisions.approve(customer_id=carol.owner_id, actor=reviewer)
        )
        assert review.is_waiting()
        staff.commit()
        assert not isinstance(outcome_of(deciding), type)
        review.commit()
    assert (balances(payer)[0], balances(carol)) == (30, (70, 0, 0))
    assert_agree(payer, carol)


def _execute(approval, checker):
    """Do what the approval does, in the transaction of the connection that is stepped."""
    return reversals.execute(approval, checker=checker, actor=by(checker))


def test_of_two_conditions_cleared_at_once_by_two_people_releases_once(payer, committed_db):
    carol = wallet_of(make_customer("carol"))
    freeze = freezes.freeze(
        customer_id=carol.owner_id, kind="credit", reason="asked by a court", actor=system()
    )
    txn = transfers.transfer(
        payer=payer, payee=carol, amount=gbp("10.00"), actor=system()
    ).transaction
    steps.open_condition(Hold.objects.get(transaction=txn), "paused", actor=system())
    _in_transaction(lambda: freezes.lift_step(freeze_id=freeze.pk, actor=system()))

    def clear(code):
        hold = Hold.objects.select_related("wallet", "transaction").get(transaction=txn)
        releases.lock_transactions([txn])
        return releases.clear_condition(hold, code, actor=system())

    with Stepped() as one, Stepped() as other:
        first = one.do(lambda: _in_transaction(lambda: clear("paused")))
        waiting = other.start(lambda: _in_transaction(lambda: clear("compliance")))
        assert other.is_waiting()
        one.commit()
        assert (first, outcome_of(waiting)) == (False, True)
        other.commit()
    assert balances(carol) == (10, 0, 0)


def _in_transaction(work):
    with transaction.atomic():
        return work()


def test_a_reversal_of_held_money_that_expires_lets_the_release_go_on(
    payer, carol, reviewer, maker
):
    txn = transfers.transfer(
        payer=payer, payee=carol, amount=gbp("100.00"), actor=system()
    ).transaction
    first, second = propose(txn, maker, "30.00"), propose(txn, maker, "40.00")
    decisions.approve(customer_id=carol.owner_id, actor=reviewer)
    assert balances(carol) == (0, 100, 0)
    approvals.withdraw(first.public_id, maker=maker, actor=by(maker))
    assert balances(carol) == (0, 100, 0)
    approvals.withdraw(second.public_id, maker=maker, actor=by(maker))
    assert balances(carol) == (100, 0, 0)
    assert_no_finding_about(payer, carol)
