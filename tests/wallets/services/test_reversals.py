"""Reversals: proposed, money set aside, approved by a second person, never above the original."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import OperationalError, connection, transaction

from coinhub.approvals import services as approvals
from coinhub.approvals.models import Approval
from coinhub.approvals.refusals import ApprovalEnded, CheckerIsParty, MakerIsChecker
from coinhub.core.actor import Actor, system
from coinhub.core.errors import DomainError
from coinhub.core.money import Money, quantize
from coinhub.users import roles
from kyc.services import decisions
from kyc.services.moves import lock_case
from tests.conftest import gbp, make_customer, make_staff, wallet_of
from tests.refusals import refused
from tests.wallets.relations import assert_agree, assert_sums_are_zero, balances
from wallets.ledger import chart, drafts, posting
from wallets.ledger.drafts import FeeDraft
from wallets.ledger.errors import NothingLeft
from wallets.models import Posting, Transaction
from wallets.policies.reversals import (
    NotReversible,
    PolicyInvalid,
    ReserveInsufficient,
    ReversalShort,
)
from wallets.selectors import corrections, house
from wallets.services import holds, payments, reversals, transfers
from wallets.services.reversals import Terms

WHY = "the customer paid the wrong person"


@pytest.fixture
def maker(committed_db):
    return make_staff("maker", roles.OPERATIONS)


@pytest.fixture
def checker(committed_db):
    return make_staff("checker", roles.OPERATIONS)


@pytest.fixture
def paid(payer, payee):
    """A transfer of 100.00."""
    return transfers.transfer(
        payer=payer, payee=payee, amount=gbp("100.00"), actor=system()
    ).transaction


def by(person):
    return Actor(kind="staff", user_id=person.pk, request_id="reversal")


def propose(original, maker, amount="100.00", **terms):
    return reversals.propose(
        original_id=original.public_id,
        amount=Decimal(amount),
        terms=Terms(**terms),
        reason=WHY,
        maker=maker,
        actor=by(maker),
    )


def approve(approval, checker):
    return approvals.approve(
        approval.public_id,
        checker=checker,
        shown_sha256=approval.payload_sha256,
        actor=by(checker),
    )


def spend(wallet, amount):
    away = wallet_of(make_customer())
    transfers.transfer(payer=wallet, payee=away, amount=gbp(amount), actor=system())


def state_of(txn):
    return Transaction.objects.get(pk=txn.pk).state


def reversal_of(approval):
    return Transaction.objects.get(public_id=approval.target_id)


class TestPropose:
    def test_sets_aside_what_the_recipient_still_has(self, paid, payee, maker):
        spend(payee, "30.00")
        approval = propose(paid, maker)
        assert balances(payee) == (0, 0, 70)
        reversal = reversal_of(approval)
        assert (reversal.status, reversal.state) == ("PENDING", "pending_approval")
        assert reversal.original_id == paid.pk
        assert_agree(payee)

    def test_of_more_than_is_left_is_refused(self, paid, maker):
        with refused(NothingLeft, left="100.00"):
            propose(paid, maker, "100.01")

    def test_of_what_waits_for_a_checker_already_is_refused(self, paid, maker):
        propose(paid, maker, "60.00")
        with refused(NothingLeft, left="40.00"):
            propose(paid, maker, "40.01")

    def test_of_a_withdrawal_is_refused(self, payer, maker):
        sent = payments.debit(payer=payer, amount=gbp("1"), actor=system()).transaction
        with refused(NotReversible):
            propose(sent, maker, "1")

    def test_of_a_reversal_is_refused(self, paid, maker, checker):
        approval = propose(paid, maker)
        approve(approval, checker)
        with refused(NotReversible):
            propose(reversal_of(approval), maker)

    @pytest.mark.parametrize(
        "terms",
        [{"fee_policy": "twice"}, {"shortfall_policy": "recover"}, {"category": "whim"}],
        ids=str,
    )
    def test_under_terms_there_are_not_is_refused(self, paid, maker, terms):
        with refused(PolicyInvalid):
            propose(paid, maker, **terms)

    def test_fifty_partial_ones_at_once_never_pass_the_original(self, paid, maker, checker):
        def one(number):
            try:
                approval = propose(paid, maker, f"{7 + number % 3}.00")
                approve(approval, checker)
            except DomainError as refusal:
                return refusal.code
            except OperationalError:
                return "waited too long for the others"
            finally:
                connection.close()
            return "reversed"

        with ThreadPoolExecutor(10) as pool:
            ended = list(pool.map(one, range(50)))
        assert ended.count("reversed") >= 5
        assert corrections.reversed_of(paid) <= 100
        assert_agree(paid.payer_wallet, paid.payee_wallet)
        assert_sums_are_zero()


class TestApprove:
    def test_gives_all_back_and_links_both(self, paid, payer, payee, maker, checker):
        approval = propose(paid, maker)
        approve(approval, checker)
        assert (balances(payer), balances(payee)) == ((100, 0, 0), (0, 0, 0))
        assert state_of(paid) == "reversed"
        assert reversal_of(approval).status == "COMPLETED"
        assert_agree(payer, payee)

    def test_of_a_part_leaves_the_original_completed(self, paid, payer, payee, maker, checker):
        approve(propose(paid, maker, "40.00"), checker)
        assert (balances(payer)[0], balances(payee)[0]) == (40, 60)
        assert state_of(paid) == "completed"
        approve(propose(paid, maker, "60.00"), checker)
        assert state_of(paid) == "reversed"
        with pytest.raises(NotReversible):
            propose(paid, maker, "0.01")

    def test_by_the_maker_is_refused(self, paid, payee, maker):
        approval = propose(paid, maker)
        with refused(MakerIsChecker):
            approve(approval, maker)
        assert balances(payee) == (0, 0, 100)

    def test_by_a_superuser_who_proposed_it_is_refused(self, paid, committed_db):
        root = make_staff("root", superuser=True)
        approval = propose(paid, root)
        with refused(MakerIsChecker):
            approve(approval, root)

    def test_takes_what_came_in_between(self, paid, payee, maker, checker):
        spend(payee, "50.00")
        approval = propose(paid, maker)
        payments.credit(payee=payee, amount=gbp("80.00"), actor=system())
        approve(approval, checker)
        assert balances(payee) == (30, 0, 0)

    def test_when_money_is_short_is_refused_and_the_vote_is_not_recorded(
        self, paid, payee, maker, checker
    ):
        spend(payee, "70.00")
        approval = propose(paid, maker)
        with refused(ReversalShort, short="70.00"):
            approve(approval, checker)
        approval.refresh_from_db()
        assert (approval.state, approval.checker_id) == ("pending", None)
        assert balances(payee) == (0, 0, 30)

    def test_with_the_platform_covering_gives_all_back_from_the_reserve(
        self, paid, payer, payee, maker, checker
    ):
        payments.fund_house(code=chart.RESERVE, amount=gbp("500.00"), actor=system())
        reserve = house.get_house_wallet(chart.RESERVE, "GBP")
        spend(payee, "70.00")
        done = approve(propose(paid, maker, shortfall_policy="platform_covers"), checker)
        after = house.get_house_wallet(chart.RESERVE, "GBP")
        assert (balances(payer)[0], balances(payee)) == (100, (0, 0, 0))
        assert reserve.available - after.available == 70
        assert done.result["covered"] == "70.00"
        covering = Posting.objects.get(journal__transaction=reversal_of(done), wallet=after)
        assert covering.amount == -70

    def test_beyond_the_reserve_is_refused(self, committed_db, maker, checker):
        reserve = house.get_house_wallet(chart.RESERVE, "GBP")
        amount = quantize(reserve.available, 2) + 200
        payer = wallet_of(make_customer(), funded=str(amount))
        payee = wallet_of(make_customer())
        txn = transfers.transfer(
            payer=payer, payee=payee, amount=Money(amount, "GBP"), actor=system()
        ).transaction
        spend(payee, str(amount))
        approval = propose(txn, maker, str(amount), shortfall_policy="platform_covers")
        with refused(ReserveInsufficient):
            approve(approval, checker)

    def test_does_not_touch_what_is_locked_elsewhere(self, paid, payer, payee, maker, checker):
        holds.place_hold(
            payer=payee, payee=payer, amount=gbp("100"), purpose="p2p_trade", actor=system()
        )
        approval = propose(paid, maker)
        assert reversal_of(approval).holds.count() == 0
        with refused(ReversalShort, short="100.00"):
            approve(approval, checker)
        assert balances(payee) == (0, 0, 100)

    def test_from_money_that_still_waits_takes_it_from_held(self, payer, maker, checker):
        carol = wallet_of(make_customer(kyc="pending"))
        txn = transfers.transfer(
            payer=payer, payee=carol, amount=gbp("100"), actor=system()
        ).transaction
        approve(propose(txn, maker, "30.00"), checker)
        assert (balances(payer)[0], balances(carol)) == (30, (0, 70, 0))
        approve(propose(txn, maker, "70.00"), checker)
        assert (balances(payer)[0], balances(carol)) == (100, (0, 0, 0))
        assert state_of(txn) == "reversed"
        assert_agree(payer, carol)

    def test_keeps_waiting_money_from_its_owner_while_a_checker_reads(self, payer, maker, checker):
        carol = wallet_of(make_customer(kyc="pending"))
        txn = transfers.transfer(
            payer=payer, payee=carol, amount=gbp("100"), actor=system()
        ).transaction
        approval = propose(txn, maker)
        decisions.approve(
            customer_id=carol.owner_id,
            actor=Actor(kind="staff", user_id=make_staff("kyc", roles.KYC).pk),
        )
        assert balances(carol) == (0, 100, 0)
        approvals.reject(
            approval.public_id, checker=checker, comment="it was right after all", actor=by(checker)
        )
        assert balances(carol) == (100, 0, 0)
        assert_agree(carol)

    def test_credits_a_payer_who_is_not_approved_in_held(self, committed_db, maker, checker):
        payer = wallet_of(make_customer(), funded="10.00")
        payee = wallet_of(make_customer())
        txn = transfers.transfer(
            payer=payer, payee=payee, amount=gbp("10"), actor=system()
        ).transaction
        approval = propose(txn, maker, "10.00")
        with transaction.atomic():
            decisions.block_step(
                lock_case(payer.owner_id), reason="fraud", note="a test", actor=by(checker)
            )
        approve(approval, checker)
        assert balances(payer)[1] == 10
        assert reversal_of(approval).status == "HELD"

    def test_executes_once_of_twenty_at_once(self, paid, payer, maker, committed_db):
        approval = propose(paid, maker)
        people = [make_staff("checker", roles.OPERATIONS) for _ in range(20)]

        def press(person):
            try:
                approve(approval, person)
            except DomainError as refusal:
                return refusal.code
            finally:
                connection.close()
            return "executed"

        with ThreadPoolExecutor(20) as pool:
            ended = list(pool.map(press, people))
        assert ended.count("executed") == 1
        assert set(ended) - {"executed"} <= {ApprovalEnded.code}
        assert balances(payer) == (100, 0, 0)


class TestEnd:
    @pytest.mark.parametrize("way", ["reject", "withdraw"])
    def test_gives_back_what_was_set_aside(self, paid, payee, maker, checker, way):
        approval = propose(paid, maker)
        if way == "reject":
            approvals.reject(
                approval.public_id, checker=checker, comment="it was all right", actor=by(checker)
            )
        else:
            approvals.withdraw(approval.public_id, maker=maker, actor=by(maker))
        assert balances(payee) == (100, 0, 0)
        assert reversal_of(approval).status in ("FAILED", "CANCELLED")
        assert state_of(paid) == "completed"
        approve(propose(paid, maker), checker)
        assert balances(payee) == (0, 0, 0)


class TestFee:
    @pytest.fixture
    def paid_with_fee(self, committed_db):
        payments.fund_house(code=chart.TREASURY, amount=gbp("50.00"), actor=system())
        payer = wallet_of(make_customer(), funded="101.00")
        payee = wallet_of(make_customer())
        draft = drafts.move(
            type="transfer",
            payer=payer,
            payee=payee,
            amount=gbp("100"),
            fee=FeeDraft(Decimal("1.00"), house.get_house_wallet(chart.FEE_TRANSFER, "GBP")),
        )
        return posting.book(draft, actor=system(), event="transfer.completed").transaction

    @pytest.mark.parametrize(
        ("policy", "amount", "back"),
        [
            ("none", "100.00", "100.00"),
            ("proportional", "50.00", "50.50"),
            ("proportional", "33.33", "33.66"),
            ("full", "10.00", "11.00"),
            ("full", "100.00", "101.00"),
        ],
    )
    def test_goes_back_as_chosen(self, paid_with_fee, maker, checker, policy, amount, back):
        approve(propose(paid_with_fee, maker, amount, fee_policy=policy), checker)
        assert balances(paid_with_fee.payer_wallet)[0] == Decimal(back)
        assert_agree(paid_with_fee.payer_wallet, paid_with_fee.payee_wallet)

    def test_is_never_refunded_above_what_was_charged(self, paid_with_fee, maker, checker):
        for _ in range(2):
            approve(propose(paid_with_fee, maker, "10.00", fee_policy="full"), checker)
        assert balances(paid_with_fee.payer_wallet)[0] == 21


class TestOtherKinds:
    def test_a_recalled_deposit_leaves_for_the_outside(self, committed_db, maker, checker):
        payments.fund_house(code=chart.RESERVE, amount=gbp("100.00"), actor=system())
        wallet = wallet_of(make_customer())
        txn = payments.credit(payee=wallet, amount=gbp("60.00"), actor=system()).transaction
        spend(wallet, "45.00")
        approval = propose(
            txn, maker, "60.00", shortfall_policy="platform_covers", category="recall"
        )
        done = approve(approval, checker)
        assert balances(wallet) == (0, 0, 0)
        assert done.result["covered"] == "45.00"
        assert_sums_are_zero()

    def test_a_checker_who_is_a_party_is_refused(self, committed_db, maker, paid, payer):
        payer.owner.is_staff = True
        payer.owner.is_superuser = True
        payer.owner.save(update_fields=["is_staff", "is_superuser"])
        approval = propose(paid, maker)
        with refused(CheckerIsParty):
            approve(approval, payer.owner)

    def test_an_unknown_payment_is_refused_like_a_foreign_one(self, maker):
        with pytest.raises(DomainError) as caught:
            reversals.propose(
                original_id=uuid4(),
                amount=Decimal(1),
                terms=Terms(),
                reason=WHY,
                maker=maker,
                actor=by(maker),
            )
        assert caught.value.code == "NOT_FOUND_OR_NOT_YOURS"
        assert not Approval.objects.filter(maker=maker).exists()
