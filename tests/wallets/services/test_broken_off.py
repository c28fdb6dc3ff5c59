"""Whatever statement of a correction fails: nothing is half done, and it goes again."""

from contextlib import contextmanager
from decimal import Decimal

import psycopg
import pytest
from django.db import DatabaseError, InterfaceError, OperationalError, connection

from coinhub.approvals import services as approvals
from coinhub.core.actor import Actor, system
from coinhub.core.errors import DomainError
from coinhub.users import roles
from kyc.services import decisions
from tests.conftest import gbp, make_customer, make_staff, wallet_of
from tests.refusals import picture
from tests.wallets.relations import assert_agree, assert_sums_are_zero
from wallets.ledger import chart, drafts, posting
from wallets.ledger.drafts import FeeDraft
from wallets.selectors import house
from wallets.services import adjustments, payments, recalls, refunds, reversals, transfers
from wallets.services.reversals import Terms

WHY = "the customer paid the wrong person"
# What PostgreSQL says of serialization, a deadlock, a lock or statement that took too long, an
# administrator's end of the session, and a lost connection.
WORTH_A_RETRY = ("40001", "40P01", "55P03", "57014", "57P01", "08006")


PEOPLE = "SELECT '{0}', sum(hashtextextended(t::text, 0)::numeric) FROM {0} AS t"
OF_PEOPLE = ("approvals_approval", "kyc_case", "kyc_decision")


def everything():
    """Give a picture of the money and of what was decided about it."""
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(PEOPLE.format(table) for table in OF_PEOPLE))
        return {**picture(), **dict(cursor.fetchall())}


class Fault:
    """Let the n-th statement fail; counts them."""

    def __init__(self, at, sqlstate):
        self.at, self.sqlstate, self.seen, self.has_struck = at, sqlstate, 0, False

    def __call__(self, execute, sql, params, many, context):
        self.seen += 1
        if self.seen == self.at:
            self.has_struck = True
            cause = psycopg.errors.lookup(self.sqlstate)("planted")
            raise OperationalError("planted") from cause
        return execute(sql, params, many, context)


@contextmanager
def failing(at, sqlstate):
    fault = Fault(at, sqlstate)
    with connection.execute_wrapper(fault):
        yield fault


def by(person):
    return Actor(kind="staff", user_id=person.pk, request_id="broken off")


class Scene:
    """People, a payment with a fee, one that waits for an identity."""

    def __init__(self):
        self.maker = make_staff("maker", roles.OPERATIONS)
        self.checker = make_staff("checker", roles.OPERATIONS)
        self.reviewer = make_staff("reviewer", roles.KYC)
        payments.fund_house(code=chart.TREASURY, amount=gbp("50.00"), actor=system())
        payments.fund_house(code=chart.RESERVE, amount=gbp("50.00"), actor=system())
        self.payer = wallet_of(make_customer(), funded="201.00")
        self.payee = wallet_of(make_customer())
        self.carol = wallet_of(make_customer(kyc="pending"))
        draft = drafts.move(
            type="transfer",
            payer=self.payer,
            payee=self.payee,
            amount=gbp("100"),
            fee=FeeDraft(Decimal("1.00"), house.get_house_wallet(chart.FEE_TRANSFER, "GBP")),
        )
        self.paid = posting.book(draft, actor=system(), event="transfer.completed").transaction
        self.waiting = transfers.transfer(
            payer=self.payer, payee=self.carol, amount=gbp("60.00"), actor=system()
        ).transaction

    def propose(self, original, amount="30.00"):
        return reversals.propose(
            original_id=original.public_id,
            amount=Decimal(amount),
            terms=Terms(fee_policy="full", shortfall_policy="platform_covers"),
            reason=WHY,
            maker=self.maker,
            actor=by(self.maker),
        )

    def adjust(self):
        return adjustments.propose(
            kind="goodwill",
            amount=gbp("5.00"),
            customer_id=make_customer().pk,
            reason=WHY,
            maker=self.maker,
            actor=by(self.maker),
        )

    def approve(self, approval):
        approvals.approve(
            approval.public_id,
            checker=self.checker,
            shown_sha256=approval.payload_sha256,
            actor=by(self.checker),
        )

    def reject(self, approval):
        approvals.reject(
            approval.public_id, checker=self.checker, comment=WHY, actor=by(self.checker)
        )


def _recall(s):
    return lambda: recalls.recall(
        owner_id=s.payer.owner_id, transaction_id=s.waiting.public_id, actor=system()
    )


def _refund(s):
    return lambda: refunds.refund(
        owner_id=s.payee.owner_id,
        transaction_id=s.paid.public_id,
        amount="10.00",
        actor=system(),
    )


def _propose(s):
    return lambda: s.propose(s.paid)


def _propose_held(s):
    return lambda: s.propose(s.waiting)


def _approve(s):
    approval = s.propose(s.paid, "100.00")
    away = wallet_of(make_customer())
    payments.credit(payee=s.payee, amount=gbp("5.00"), actor=system())
    transfers.transfer(payer=s.payee, payee=away, amount=gbp("5.00"), actor=system())
    return lambda: s.approve(approval)


def _approve_held(s):
    approval = s.propose(s.waiting)
    return lambda: s.approve(approval)


def _reject(s):
    approval = s.propose(s.paid)
    return lambda: s.reject(approval)


def _reject_held(s):
    approval = s.propose(s.waiting)
    return lambda: s.reject(approval)


def _adjust(s):
    approval = s.adjust()
    return lambda: s.approve(approval)


def _identify(s):
    return lambda: decisions.approve(customer_id=s.carol.owner_id, actor=by(s.reviewer))


WORKS = {
    "recall": _recall,
    "refund": _refund,
    "propose a reversal": _propose,
    "propose one of held money": _propose_held,
    "approve a reversal": _approve,
    "approve one of held money": _approve_held,
    "reject a reversal": _reject,
    "reject one of held money": _reject_held,
    "approve an adjustment": _adjust,
    "approve an identity": _identify,
}


@pytest.mark.parametrize("name", WORKS)
def test_at_any_statement_leaves_nothing_half_done_and_goes_again(committed_db, name):
    scene = Scene()
    work = WORKS[name](scene)
    before = everything()
    at = 0
    while True:
        at += 1
        sqlstate = WORTH_A_RETRY[at % len(WORTH_A_RETRY)]
        with failing(at, sqlstate) as fault:
            try:
                work()
            except (DomainError, DatabaseError, InterfaceError):
                assert fault.has_struck, "it was refused by itself"
            else:
                break
        assert everything() == before, f"half done after statement {at}"
    assert not fault.has_struck, f"statement {fault.at} failed and nobody noticed"
    assert everything() != before
    assert_agree(scene.payer, scene.payee, scene.carol)
    assert_sums_are_zero()
