"""Reversals that meet something else: a recall, another reversal, a fee, a check of the ledger."""

from contextlib import suppress
from decimal import Decimal

import pytest

from coinhub.approvals import services as approvals
from coinhub.core.actor import Actor, system
from coinhub.core.errors import DomainError
from coinhub.core.money import Money
from coinhub.users import roles
from integrity.services import invariants
from integrity.services.check import check
from kyc.services import decisions
from tests.conftest import gbp, make_customer, make_staff, wallet_of
from tests.stepped import Stepped, outcome_of
from tests.wallets.relations import assert_agree, assert_sums_are_zero, balances
from wallets.ledger import chart, drafts, posting
from wallets.ledger.drafts import FeeDraft, HoldDraft
from wallets.models import Transaction
from wallets.selectors import house
from wallets.services import payments, recalls, refunds, reversals, transfers, wallets
from wallets.services.reversals import Terms

WHY = "the customer paid the wrong person"


@pytest.fixture
def maker(committed_db):
    return make_staff("maker", roles.OPERATIONS)


@pytest.fixture
def checker(committed_db):
    return make_staff("checker", roles.OPERATIONS)


@pytest.fixture
def carol(committed_db):
    """A customer whose identity is not approved yet."""
    return wallet_of(make_customer("carol", kyc="pending"))


@pytest.fixture
def waiting(payer, carol):
    """A transfer of 100.00 that waits for its recipient's identity."""
    return transfers.transfer(
        payer=payer, payee=carol, amount=gbp("100.00"), actor=system()
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


def recall(txn):
    return recalls.recall(
        owner_id=txn.payer_wallet.owner_id, transaction_id=txn.public_id, actor=system()
    )


def identify(wallet, person):
    return decisions.approve(customer_id=wallet.owner_id, actor=by(person))


def state_of(txn):
    return Transaction.objects.get(pk=txn.pk).state


def assert_no_finding_about(*about):
    """Assert that the check and the invariants have nothing to say of these wallets."""
    ids = {wallet.pk for wallet in about}
    seen = check(actor=system("test"), trigger="command")
    assert [f for f in seen.findings if f.wallet_id in ids] == []
    payments_of = Transaction.objects.filter(payer_wallet__in=ids) | Transaction.objects.filter(
        payee_wallet__in=ids
    )
    places = {f"transaction {pk}," for pk in payments_of.values_list("pk", flat=True)}
    told = [f for one in invariants.judge(say=lambda _: None) for f in one.findings]
    assert [f for f in told if f.wallet_id in ids or f.place.startswith(tuple(places))] == []


class TestWithARecall:
    def test_that_began_before_the_proposal_pays_the_sender_back_once(
        self, waiting, payer, carol, maker, checker
    ):
        with Stepped() as staff, Stepped() as sender:
            approval = staff.do(lambda: propose(waiting, maker, "40.00"))
            recalling = sender.start(lambda: recall(waiting))
            assert sender.is_waiting()
            staff.commit()
            outcome_of(recalling)
            sender.commit()
        identify(carol, make_staff("kyc", roles.KYC))
        payments.credit(payee=carol, amount=gbp("100.00"), actor=system())
        with suppress(DomainError):
            approve(approval, checker)
        assert balances(payer)[0] in (40, 100)
        assert_no_finding_about(payer, carol)
        assert_agree(payer, carol)

    def test_an_approved_identity_does_not_fail_because_a_recall_was_faster(
        self, waiting, payer, carol
    ):
        reviewer = make_staff("kyc", roles.KYC)
        with Stepped() as sender:
            sender.do(lambda: recall(waiting))
            with Stepped() as staff:
                deciding = staff.start(lambda: identify(carol, reviewer))
                staff.is_waiting()
                sender.commit()
                outcome = outcome_of(deciding)
                staff.commit()
        assert outcome is None or not isinstance(outcome, type), outcome
        assert (balances(payer), balances(carol)) == ((100, 0, 0), (0, 0, 0))


class TestFee:
    @pytest.fixture
    def odd(self, committed_db):
        """A transfer of 30.00 for a fee of 1.00."""
        payments.fund_house(code=chart.TREASURY, amount=gbp("50.00"), actor=system())
        draft = drafts.move(
            type="transfer",
            payer=wallet_of(make_customer(), funded="31.00"),
            payee=wallet_of(make_customer()),
            amount=gbp("30.00"),
            fee=FeeDraft(Decimal("1.00"), house.get_house_wallet(chart.FEE_TRANSFER, "GBP")),
        )
        return posting.book(draft, actor=system(), event="transfer.completed").transaction

    def test_in_thirds_goes_back_rounded_down_to_the_currency(self, odd, maker, checker):
        for _ in range(3):
            approve(propose(odd, maker, "10.00", fee_policy="proportional"), checker)
        assert balances(odd.payer_wallet)[0] == Decimal("30.99")

    def test_of_a_deposit_goes_back_first_so_that_nobody_else_pays_for_it(
        self, payee, maker, checker
    ):
        payments.fund_house(code=chart.TREASURY, amount=gbp("50.00"), actor=system())
        payments.fund_house(code=chart.RESERVE, amount=gbp("50.00"), actor=system())
        reserve = house.get_house_wallet(chart.RESERVE, "GBP")
        draft = drafts.move(
            type="deposit",
            payer=house.get_house_wallet(chart.SETTLEMENT, "GBP"),
            payee=payee,
            amount=gbp("100.00"),
            fee=FeeDraft(Decimal("2.00"), house.get_house_wallet(chart.FEE_DEPOSIT, "GBP")),
        )
        deposit = posting.book(draft, actor=system(), event="deposit.completed").transaction
        assert balances(payee) == (98, 0, 0)
        terms = {"fee_policy": "full", "shortfall_policy": "platform_covers"}
        done = approve(propose(deposit, maker, **terms), checker)
        assert (done.result["fee_refunded"], done.result["covered"]) == ("2.00", "0.00")
        assert balances(payee) == (0, 0, 0)
        assert house.get_house_wallet(chart.RESERVE, "GBP").available == reserve.available
        assert_no_finding_about(payee)

    @pytest.mark.parametrize(
        ("currency", "amount", "fee", "part", "back"),
        [
            ("JPY", "1000", "7", "333", "2"),
            ("ETH", "0.000000000000000003", "0.000000000000000002", "0.000000000000000001", "0"),
            ("ETH", "9999999999.999999999999999997", "0.000000000000000001", "5000000000", "0"),
            ("ETH", "3", "1", "1", "0.333333333333333333"),
        ],
        ids=str,
    )
    def test_is_rounded_down_to_the_decimals_of_the_currency(
        self, committed_db, maker, checker, currency, amount, fee, part, back
    ):
        price = Money(Decimal(fee), currency)
        payments.fund_house(code=chart.TREASURY, amount=price, actor=system())
        whole = Money(Decimal(amount), currency)
        payer = wallet_of(make_customer(), currency, funded=format((whole + price).amount, "f"))
        draft = drafts.move(
            type="transfer",
            payer=payer,
            payee=wallet_of(make_customer(), currency),
            amount=whole,
            fee=FeeDraft(price.amount, house.get_house_wallet(chart.FEE_TRANSFER, currency)),
        )
        paid = posting.book(draft, actor=system(), event="transfer.completed").transaction
        done = approve(propose(paid, maker, part, fee_policy="proportional"), checker)
        assert Decimal(done.result["fee_refunded"]) == Decimal(back)
        returned = Money(Decimal(part), currency) + Money(Decimal(back), currency)
        assert balances(payer)[0] == returned.amount
        assert_no_finding_about(payer)

    def test_that_was_never_charged_is_not_refunded(self, carol, maker, checker):
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
        done = approve(propose(deposit, maker, fee_policy="full"), checker)
        assert done.result["fee_refunded"] == "0.00"
        assert balances(carol) == (0, 0, 0)


class TestWithSomebodyWhoLeft:
    def paid(self, payer, payee):
        return transfers.transfer(
            payer=payer, payee=payee, amount=gbp("100.00"), actor=system()
        ).transaction

    def test_what_they_would_get_is_in_suspense(self, payer, payee, maker, checker):
        paid = self.paid(payer, payee)
        payer.owner.is_active = False
        payer.owner.save(update_fields=["is_active"])
        suspense = house.get_house_wallet(chart.SUSPENSE, "GBP")
        before = balances(suspense)[0]
        approve(propose(paid, maker), checker)
        assert (balances(payer)[0], balances(payee)[0]) == (0, 0)
        assert balances(suspense)[0] == before + 100
        assert state_of(paid) == "reversed"
        assert_no_finding_about(payer, payee)

    def test_what_would_go_to_a_closed_wallet_is_in_suspense(self, payee, maker, checker):
        person = make_customer()
        wallet_of(person, "USD")  # the first one is the primary, which stays
        payer = wallet_of(person, funded="100.00")
        paid = self.paid(payer, payee)
        wallets.close(payer)
        suspense = house.get_house_wallet(chart.SUSPENSE, "GBP")
        before = balances(suspense)[0]
        approve(propose(paid, maker), checker)
        assert balances(suspense)[0] == before + 100
        assert_no_finding_about(payer, payee)


class TestCheckOfTheLedger:
    def test_finds_nothing_wrong_with_one_out_of_held_money(
        self, waiting, payer, carol, maker, checker
    ):
        approval = propose(waiting, maker, "30.00")
        assert_no_finding_about(payer, carol)
        approve(approval, checker)
        assert_no_finding_about(payer, carol)
        approve(propose(waiting, maker, "70.00"), checker)
        assert_no_finding_about(payer, carol)

    def test_finds_nothing_wrong_with_one_that_waits_and_one_that_ended(
        self, payer, payee, maker, checker
    ):
        paid = transfers.transfer(
            payer=payer, payee=payee, amount=gbp("100.00"), actor=system()
        ).transaction
        propose(paid, maker, "30.00")
        approve(propose(paid, maker, "20.00"), checker)
        approvals.withdraw(propose(paid, maker, "5.00").public_id, maker=maker, actor=by(maker))
        assert_no_finding_about(payer, payee)

    def test_finds_nothing_wrong_with_one_that_the_platform_covers(
        self, payer, payee, maker, checker
    ):
        payments.fund_house(code=chart.RESERVE, amount=gbp("100.00"), actor=system())
        paid = transfers.transfer(
            payer=payer, payee=payee, amount=gbp("100.00"), actor=system()
        ).transaction
        away = wallet_of(make_customer())
        transfers.transfer(payer=payee, payee=away, amount=gbp("70.00"), actor=system())
        approve(propose(paid, maker, shortfall_policy="platform_covers"), checker)
        assert_no_finding_about(payer, payee)

    def test_finds_nothing_wrong_with_a_refund_and_a_recall(self, waiting, payer, carol, payee):
        recall(waiting)
        paid = transfers.transfer(
            payer=payer, payee=payee, amount=gbp("60.00"), actor=system()
        ).transaction
        refunds.refund(
            owner_id=payee.owner_id, transaction_id=paid.public_id, amount="20.00", actor=system()
        )
        assert_no_finding_about(payer, carol, payee)
        assert_sums_are_zero()
