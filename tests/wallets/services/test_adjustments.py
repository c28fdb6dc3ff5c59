"""Adjustments: proposed by one, approved by another, booked by kind, never below a floor."""

from decimal import Decimal

import pytest

from coinhub.approvals import services as approvals
from coinhub.approvals.refusals import MakerIsChecker, NotPermitted, ReasonTooShort
from coinhub.core.actor import Actor, system
from coinhub.core.errors import AmountInvalid, NotYours
from coinhub.core.money import Money
from coinhub.users import roles
from tests.conftest import gbp, make_customer, make_staff, wallet_of
from tests.refusals import refused
from tests.wallets.relations import assert_agree, assert_sums_are_zero, balances
from wallets.ledger import chart
from wallets.ledger.errors import InsufficientFunds
from wallets.models import Transaction, Wallet
from wallets.selectors import house
from wallets.services import adjustments, payments
from wallets.services.adjustments import AdjustmentUnknown

WHY = "reimbursed after a complaint"
FOR_A_CUSTOMER = {name for name, kind in adjustments.KINDS.items() if kind.for_a_customer}


@pytest.fixture
def maker(committed_db):
    return make_staff("maker", roles.OPERATIONS)


@pytest.fixture
def checker(committed_db):
    return make_staff("checker", roles.OPERATIONS)


@pytest.fixture
def house_is_funded(committed_db):
    for code in (chart.RESERVE, chart.TREASURY, chart.SUSPENSE):
        payments.fund_house(code=code, amount=gbp("100.00"), actor=system())


def by(person):
    return Actor(kind="staff", user_id=person.pk)


def propose(kind, amount, maker, customer=None, reason=WHY):
    return adjustments.propose(
        kind=kind,
        amount=amount,
        customer_id=customer,
        reason=reason,
        maker=maker,
        actor=by(maker),
    )


def approve(approval, checker):
    return approvals.approve(
        approval.public_id, checker=checker, shown_sha256=approval.payload_sha256, actor=by(checker)
    )


def of_house(code, currency="GBP"):
    return house.get_house_wallet(code, currency)


class TestEveryKind:
    @pytest.mark.parametrize("name", sorted(adjustments.KINDS))
    def test_moves_the_amount_from_who_gives_to_who_gets(
        self, name, house_is_funded, maker, checker
    ):
        kind = adjustments.KINDS[name]
        currency = "PTS" if kind.points else "GBP"
        wallet = wallet_of(make_customer(), currency, funded="50")
        approval = propose(
            name,
            Money(Decimal(10), currency),
            maker,
            wallet.owner_id if kind.for_a_customer else None,
        )
        assert balances(wallet)[0] == 50
        done = approve(approval, checker)
        txn = Transaction.objects.get(public_id=done.result["transaction"])
        assert (txn.amount, txn.status) == (10, "COMPLETED")
        assert txn.metadata == {"category": name, "approval": str(approval.public_id)}
        assert [txn.payer_wallet.code or "", txn.payee_wallet.code or ""] == [
            kind.payer,
            kind.payee,
        ]
        expected = {"": 50, kind.payer: 40, kind.payee: 60} if kind.for_a_customer else {"": 50}
        assert balances(wallet)[0] == expected[""]
        assert_agree(wallet)
        assert_sums_are_zero()


class TestRefused:
    def test_for_a_customer_who_has_less(self, committed_db, maker, checker):
        wallet = wallet_of(make_customer(), funded="5.00")
        approval = propose("correction_debit", gbp("5.01"), maker, wallet.owner_id)
        with refused(InsufficientFunds, available="5.00", required="5.01"):
            approve(approval, checker)
        approval.refresh_from_db()
        assert (approval.state, approval.checker_id) == ("pending", None)

    def test_by_the_maker(self, house_is_funded, maker):
        wallet = wallet_of(make_customer())
        approval = propose("goodwill", gbp("5"), maker, wallet.owner_id)
        with refused(MakerIsChecker):
            approve(approval, maker)

    def test_without_the_permission(self, committed_db):
        wallet = wallet_of(make_customer())
        with refused(NotPermitted):
            propose("goodwill", gbp("5"), make_staff("kyc", roles.KYC), wallet.owner_id)

    def test_without_a_reason(self, maker):
        wallet = wallet_of(make_customer())
        with refused(ReasonTooShort):
            propose("goodwill", gbp("5"), maker, wallet.owner_id, reason="because")

    @pytest.mark.parametrize("amount", ["0", "-1", "0.001"])
    def test_of_no_amount(self, maker, amount):
        wallet = wallet_of(make_customer())
        with refused(AmountInvalid):
            propose("goodwill", gbp(amount), maker, wallet.owner_id)

    @pytest.mark.parametrize("name", ["gift", "capital_in", "points_grant"])
    def test_of_a_kind_that_is_not_for_this_customer(self, maker, name):
        wallet = wallet_of(make_customer())
        with refused(AdjustmentUnknown):
            propose(name, gbp("5"), maker, wallet.owner_id)

    def test_for_a_member_of_staff(self, maker):
        with refused(NotYours):
            propose("goodwill", gbp("5"), maker, maker.pk)


class TestCredit:
    def test_to_somebody_not_approved_waits(self, house_is_funded, maker, checker):
        customer = make_customer(kyc="pending")
        approve(propose("goodwill", gbp("5"), maker, customer.pk), checker)
        wallet = Wallet.objects.get(owner=customer, currency="GBP")
        assert balances(wallet) == (0, 5, 0)
