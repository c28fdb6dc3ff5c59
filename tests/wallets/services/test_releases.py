"""An approval of an identity makes held money available, at once, once, in the same transaction."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import connection, transaction

from coinhub.core.actor import Actor, system
from coinhub.core.errors import DomainError
from coinhub.core.money import Money
from coinhub.events import within
from coinhub.users import roles
from kyc.models import Case
from kyc.services import decisions
from tests.conftest import gbp, make_customer, make_staff, wallet_of
from tests.wallets.relations import assert_agree, balances
from wallets.ledger import chart, drafts, posting, steps
from wallets.ledger.drafts import FeeDraft, HoldDraft
from wallets.ledger.errors import HoldConditionOpen
from wallets.models import Journal, Transaction
from wallets.selectors import house
from wallets.services import holds, payments, releases, transfers


@pytest.fixture
def carol(committed_db):
    """A customer under review with 500.00 held."""
    return wallet_of(make_customer("carol", kyc="pending"), funded="500.00")


@pytest.fixture
def reviewer(committed_db):
    """Somebody of KYC."""
    person = make_staff("reviewer", roles.KYC)
    return Actor(kind="staff", user_id=person.pk, request_id="review")


def approve(wallet, reviewer):
    return decisions.approve(customer_id=wallet.owner_id, actor=reviewer)


class TestApproval:
    def test_releases_what_is_held_and_the_next_payment_may_spend_it(self, carol, reviewer, payee):
        approve(carol, reviewer)
        assert balances(carol) == (500, 0, 0)
        transfers.transfer(payer=carol, payee=payee, amount=gbp("500.00"), actor=system())
        assert (balances(carol), balances(payee)) == ((0, 0, 0), (500, 0, 0))
        assert_agree(carol, payee)

    def test_completes_the_deposit_in_the_transaction_of_the_decision(self, carol, reviewer):
        case = approve(carol, reviewer)
        deposit = Transaction.objects.get(payee_wallet=carol)
        assert (deposit.status, deposit.state) == ("COMPLETED", "completed")
        released = Journal.objects.get(transaction=deposit, kind="release")
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT DISTINCT xmin::text FROM kyc_decision WHERE case_id = %s AND event ="
                " 'approve'",
                [case.pk],
            )
            (decided,) = cursor.fetchone()
        assert int(decided) == released.xact_id % 2**32

    def test_of_several_wallets_and_payments_releases_all(self, carol, reviewer, payer):
        other = wallet_of(carol.owner, "BTC", funded="0.5")
        transfers.transfer(payer=payer, payee=carol, amount=gbp("7.00"), actor=system())
        approve(carol, reviewer)
        assert (balances(carol), balances(other)[0]) == ((507, 0, 0), Decimal("0.5"))
        assert_agree(carol, other)

    def test_leaves_what_waits_for_something_else_too(self, carol, reviewer):
        hold = carol.holds.get()
        steps.open_condition(hold, "compliance", actor=system())
        approve(carol, reviewer)
        assert balances(carol) == (0, 500, 0)
        with transaction.atomic():
            assert releases.clear_condition(carol.holds.get(), "compliance", actor=reviewer)
        assert balances(carol) == (500, 0, 0)

    def test_takes_the_deposit_fee_only_now(self, committed_db, reviewer, payee):
        wallet = wallet_of(make_customer(kyc="pending"), "EUR")
        draft = drafts.move(
            type="deposit",
            payer=house.get_house_wallet(chart.SETTLEMENT, "EUR"),
            payee=wallet,
            amount=Money(Decimal("100"), "EUR"),
            hold=HoldDraft(purpose="deposit", conditions=("kyc",)),
            fee=FeeDraft(Decimal("1.50"), house.get_house_wallet(chart.FEE_DEPOSIT, "EUR")),
        )
        posting.book(draft, actor=system(), event="deposit.held")
        assert balances(wallet) == (0, 100, 0)
        approve(wallet, reviewer)
        assert balances(wallet) == (Decimal("98.50"), 0, 0)
        assert_agree(wallet)

    def test_twenty_at_once_release_once(self, carol, reviewer):
        def press(_):
            try:
                approve(carol, reviewer)
            except DomainError as refusal:
                return refusal.code
            finally:
                connection.close()
            return "approved"

        with ThreadPoolExecutor(20) as pool:
            ended = list(pool.map(press, range(20)))
        assert ended.count("approved") == 1
        assert set(ended) - {"approved"} <= {"CASE_NOT_IN_REVIEW"}
        assert balances(carol) == (500, 0, 0)
        assert Journal.objects.filter(transaction__payee_wallet=carol, kind="release").count() == 1

    def test_that_a_subscriber_refuses_releases_nothing(self, carol, reviewer, monkeypatch):
        def refuse(**_news):
            raise DomainError

        monkeypatch.setitem(
            within._subscribers,
            decisions.APPROVED,
            [*within._subscribers[decisions.APPROVED], refuse],
        )
        with pytest.raises(DomainError):
            approve(carol, reviewer)
        assert balances(carol) == (0, 500, 0)
        assert Case.objects.get(customer_id=carol.owner_id).status == "pending"


class TestRace:
    def test_money_that_arrives_during_approvals_is_never_left_behind(self, reviewer, committed_db):
        people = [wallet_of(make_customer(kyc="pending")) for _ in range(8)]

        def credit(wallet):
            try:
                for _ in range(10):
                    payments.credit_customer(
                        customer_id=wallet.owner_id, amount=gbp("1.00"), actor=system()
                    )
            finally:
                connection.close()

        def approve_one(wallet):
            try:
                approve(wallet, reviewer)
            finally:
                connection.close()

        with ThreadPoolExecutor(16) as pool:
            jobs = [pool.submit(credit, wallet) for wallet in people]
            jobs += [pool.submit(approve_one, wallet) for wallet in people]
            for job in jobs:
                job.result()
        assert [balances(wallet) for wallet in people] == [(10, 0, 0)] * 8
        assert_agree(*people)


class TestRelease:
    def test_before_the_conditions_are_cleared_is_refused(self, carol):
        with pytest.raises(HoldConditionOpen):
            releases.release(
                carol.holds.select_related("wallet", "transaction").get(), actor=system()
            )
        assert balances(carol) == (0, 500, 0)

    def test_leftovers_are_found_by_the_sweep(self, carol, reviewer, monkeypatch):
        monkeypatch.setitem(within._subscribers, decisions.APPROVED, [])
        approve(carol, reviewer)
        assert balances(carol) == (0, 500, 0)
        assert releases.release_due() >= 1
        assert balances(carol) == (500, 0, 0)
        assert releases.release_due() == 0

    def test_of_a_captured_hold_that_waited_completes_the_payment(self, payer, reviewer):
        waiting = wallet_of(make_customer(kyc="pending"))
        placed = holds.place_hold(
            payer=payer, payee=waiting, amount=gbp("10"), purpose="card_auth", actor=system()
        )
        hold = placed.transaction.holds.select_related("wallet", "transaction").get()
        holds.capture(hold=hold, amount=gbp("10"), actor=system())
        approve(waiting, reviewer)
        assert balances(waiting) == (10, 0, 0)
