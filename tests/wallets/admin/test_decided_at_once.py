"""Decisions of staff at the same moment: one counts, the money moves once."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from coinhub.approvals.models import Approval
from coinhub.core.actor import Actor
from coinhub.core.errors import DomainError
from coinhub.events.models import AuditEvent
from coinhub.users import roles
from tests.conftest import gbp, make_customer, make_staff, use_second_factor, wallet_of
from tests.wallets.leaving import actor_of, leaver, withdraw
from wallets.models import Journal, Transaction, Wallet
from wallets.services import transfers, withdrawal_decisions, withdrawals

pytestmark = pytest.mark.usefixtures("committed_db")
WHY = "the customer paid the wrong person"


def at_once(*calls):
    """Run calls at the same moment, each with its own connection; give what came of them."""
    start = Barrier(len(calls))

    def run(call):
        try:
            start.wait()
            return call()
        except DomainError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))


def waiting():
    txn = withdraw(leaver(is_known=False), "100.00")
    assert txn.state == "pending_review"
    return txn


def decider(person, txn, verb):
    more = {"reason": "The name is not yours."} if verb == "reject" else {}
    decide = getattr(withdrawal_decisions, verb)
    actor = Actor(kind="staff", user_id=person.pk)
    return lambda: decide(transaction_id=txn.public_id, checker=person, actor=actor, **more)


@pytest.mark.parametrize("_round", range(5))
def test_two_who_decide_differently_about_a_withdrawal(_round):
    txn = waiting()
    one, other = (make_staff("operator", roles.OPERATIONS) for _ in range(2))
    outcomes = at_once(decider(one, txn, "approve"), decider(other, txn, "reject"))
    assert [isinstance(outcome, DomainError) for outcome in outcomes].count(True) == 1
    txn.refresh_from_db()
    wallet = Wallet.objects.get(pk=txn.payer_wallet_id)
    expected = {"approved": (900, 100), "rejected": (1000, 0)}[txn.state]
    assert (wallet.available, wallet.locked) == expected
    actions = ("withdrawal.approved", "withdrawal.rejected")
    told = AuditEvent.objects.filter(object_id=str(txn.public_id), action__in=actions)
    assert [event.action for event in told] == [f"withdrawal.{txn.state}"]


@pytest.mark.parametrize("_round", range(5))
def test_the_customer_cancels_while_staff_approves(_round):
    txn = waiting()
    owner = txn.payer_wallet.owner
    person = make_staff("operator", roles.OPERATIONS)

    def cancel():
        return withdrawals.cancel(
            owner_id=owner.pk, public_id=txn.public_id, actor=actor_of(owner), request=None
        )

    at_once(decider(person, txn, "approve"), cancel)
    txn.refresh_from_db()
    wallet = Wallet.objects.get(pk=txn.payer_wallet_id)
    assert txn.state in ("cancelled", "approved")
    assert (wallet.available, wallet.locked) == (
        (1000, 0) if txn.state == "cancelled" else (900, 100)
    )
    # given back at most once: the booking, and perhaps its opposite
    assert Journal.objects.filter(transaction=txn).count() == (2 if txn.state == "cancelled" else 1)


def test_a_form_that_is_sent_ten_times_at_once_proposes_once():
    alice, bob = wallet_of(make_customer(), funded="30.00"), wallet_of(make_customer())
    paid = transfers.transfer(
        payer=alice, payee=bob, amount=gbp("30.00"), actor=Actor(kind="system")
    ).transaction
    maker = make_staff("maker", roles.OPERATIONS)
    address = reverse("admin:wallets_transaction_refund", args=[paid.pk])
    sent = {"once": str(uuid4()), "amount": "4.00", "category": "recall", "reason": WHY}
    browsers = []
    for _ in range(10):
        browser = Client()
        browser.force_login(maker)
        use_second_factor(browser, maker)
        browsers.append(browser)
    answers = at_once(*(lambda b=browser: b.post(address, sent) for browser in browsers))
    assert {answer.status_code for answer in answers} <= {302, 409, 503}
    assert 302 in {answer.status_code for answer in answers}
    assert Approval.objects.filter(maker=maker).count() == 1
    assert Transaction.objects.filter(original=paid).count() == 1
    assert Wallet.objects.get(pk=bob.pk).locked == Decimal(4)
