"""Damage to what gives money back: each kind is named, on a copy of its own."""

import json
from decimal import Decimal

import pytest

from coinhub.core.actor import Actor, system
from coinhub.users import roles
from tests.conftest import gbp, make_customer, make_staff, wallet_of
from tests.integrity.test_commands import run
from wallets.models import Transaction
from wallets.services import payments, refunds, reversals, transfers
from wallets.services.reversals import Terms

PAID = "100.00"


@pytest.fixture
def sides(copy):
    return wallet_of(make_customer(), funded="300.00"), wallet_of(make_customer())


@pytest.fixture
def paid(sides):
    return pay(*sides)


def pay(payer, payee):
    return transfers.transfer(
        payer=payer, payee=payee, amount=gbp(PAID), actor=system()
    ).transaction


def give_back(txn, amount):
    return refunds.refund(
        owner_id=txn.payee_wallet.owner_id,
        transaction_id=txn.public_id,
        amount=amount,
        actor=system(),
    ).transaction


def propose(txn, amount):
    maker = make_staff("maker", roles.OPERATIONS)
    approval = reversals.propose(
        original_id=txn.public_id,
        amount=Decimal(amount),
        terms=Terms(),
        reason="paid to the wrong person",
        maker=maker,
        actor=Actor(kind="staff", user_id=maker.pk),
    )
    return Transaction.objects.get(public_id=approval.target_id), approval


def broken():
    """Say which promises are broken, and by what."""
    _, out, _ = run("invariants", "--json")
    judged = json.loads(out)["invariants"]
    return {
        name: [found["source"] for found in one["findings"]]
        for name, one in judged.items()
        if not one["holds"]
    }


def test_a_sound_ledger_with_all_of_them_breaks_nothing(sides, paid):
    give_back(paid, "60.00")
    propose(paid, "40.00")
    assert broken() == {}


def test_refunds_above_the_original_break_i6(sides, paid, plant):
    give_back(paid, "60.00")
    other = give_back(pay(*sides), "60.00")
    plant(
        "UPDATE wallets_transaction SET original_id = %(paid)s WHERE id = %(id)s",
        paid=paid.pk,
        id=other.pk,
    )
    assert broken() == {"I6": ["more went back than was paid"]}


def test_a_reversal_of_another_sum_breaks_i6(paid, plant):
    reversal, _ = propose(paid, "40.00")
    plant(
        "UPDATE wallets_transaction SET status = 'COMPLETED', state = 'completed'"
        " WHERE id = %(id)s",
        id=reversal.pk,
    )
    assert broken()["I6"] == ["record and postings disagree"]


def test_a_reversal_whose_approval_has_ended_breaks_i8(paid, plant):
    _, approval = propose(paid, "40.00")
    plant("ALTER TABLE approvals_approval DISABLE TRIGGER ALL")
    plant(
        "UPDATE approvals_approval SET state = 'cancelled', decided_at = now() WHERE id = %(id)s",
        id=approval.pk,
    )
    assert broken() == {"I8": ["status and holds disagree"]}


def test_a_hold_released_without_its_journal_breaks_i10(copy, plant):
    carol = wallet_of(make_customer(kyc="pending"))
    payments.credit(payee=carol, amount=gbp("5.00"), actor=system())
    plant(
        "UPDATE wallets_hold SET state = 'released', remaining = 0, ended_at = now()"
        " WHERE wallet_id = %(id)s",
        id=carol.pk,
    )
    assert "hold amount" in broken()["I10"]


def test_a_held_payment_completed_by_hand_breaks_i8(copy, plant):
    carol = wallet_of(make_customer(kyc="pending"))
    payments.credit(payee=carol, amount=gbp("5.00"), actor=system())
    plant(
        "UPDATE wallets_transaction SET status = 'COMPLETED', state = 'completed'"
        " WHERE payee_wallet_id = %(id)s",
        id=carol.pk,
    )
    assert broken() == {"I8": ["status and holds disagree"]}
