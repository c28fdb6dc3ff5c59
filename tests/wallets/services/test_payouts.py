"""Payouts: what the worker hands over is paid once, and every answer of a rail has its end."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connections
from django.utils import timezone

from coinhub.core.actor import Actor, system
from coinhub.core.db import database_clock
from coinhub.core.errors import AmountInvalid
from coinhub.events.models import AuditEvent
from tests.conftest import gbp
from tests.wallets.leaving import actor_of, due, leaver, place, state_of, withdraw
from wallets.ledger.errors import MoveNotAllowed
from wallets.models import (
    Fee,
    Freeze,
    Journal,
    Receipt,
    Stop,
    Wallet,
    Withdrawal,
    WithdrawalAttempt,
)
from wallets.rails.base import (
    Arrival,
    Attempt,
    Finality,
    PaymentNews,
    Refused,
    Report,
    Sent,
    Standing,
    Unclear,
)
from wallets.rails.configured import _make, rail_named
from wallets.selectors import fees, house
from wallets.services import payments, payout_tracking, payouts, receipts, withdrawals
from wallets.services.receipts import ReferenceUsed

RAIL = Actor(kind="rail")


class Scripted:
    """A rail that answers as it is told, and remembers what it was sent."""

    name = "scripted"
    outcomes: list = []  # noqa: RUF012
    report = Report(Standing.UNKNOWN)
    sent: list[Attempt] = []  # noqa: RUF012

    def serves(self, currency, network):
        return True

    def minimum(self, currency):
        return Decimal(0)

    def send(self, attempt):
        self.sent.append(attempt)
        outcome = self.outcomes.pop(0) if self.outcomes else Sent(f"ext-{attempt.reference}")
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def look_up(self, attempt, now):
        return self.report

    def send_back(self, external_ref):
        return True


@pytest.fixture
def rail(settings):
    settings.RAILS = ["tests.wallets.services.test_payouts.Scripted"]
    Scripted.outcomes, Scripted.report, Scripted.sent = [], Report(Standing.UNKNOWN), []
    _make.cache_clear()
    yield Scripted
    _make.cache_clear()


@pytest.fixture
def fee(db):
    Fee.objects.create(operation="withdrawal", currency_id="GBP", fixed=Decimal("1.00"))
    fees.forget()


def run(txn):
    """Let the worker send, and the tracker look, as if the time for it had come."""
    due(txn)
    payouts.send_due()
    look(txn)


def look(txn):
    due(txn)
    payout_tracking.track_due()


def wallet_of_txn(txn):
    return Wallet.objects.get(pk=txn.payer_wallet_id)


def news(txn, report, number=1):
    payout_tracking.take_news(
        rail=rail_named(Withdrawal.objects.get(transaction=txn).rail),
        news=PaymentNews(f"{txn.public_id}/{number}", report),
        actor=RAIL,
    )


@pytest.mark.django_db
class TestHappyWay:
    def test_is_sent_then_completed_in_one_journal(self, rail, fee):
        txn = withdraw(leaver(), "100.00")
        settlement = house.get_house_wallet("A.SET", "GBP")
        assert payouts.send_due() == 1
        assert state_of(txn) == "sent"
        rail.report = Report(Standing.CONFIRMED, "ext-1")
        look(txn)
        wallet = wallet_of_txn(txn)
        assert state_of(txn) == "completed"
        assert (wallet.available, wallet.locked) == (899, 0)
        lines = Journal.objects.get(transaction=txn, kind="complete").postings
        found = lines.values_list("wallet__code", "amount")
        moved = sorted(found, key=lambda line: str(line[0]))
        assert moved == [("A.SET", 100), (None, -101), ("R.FEE.WDR", 1)]
        assert settlement.pk in lines.values_list("wallet_id", flat=True)

    def test_the_rail_is_told_where_to_and_under_which_reference(self, rail):
        txn = withdraw(leaver(), "100.00")
        payouts.send_due()
        (told,) = rail.sent
        assert (told.reference, told.amount, told.currency) == (f"{txn.public_id}/1", 100, "GBP")
        assert told.address == "GB33BUKB20201555555555"

    def test_the_attempt_is_written_before_the_rail_is_asked(self, rail):
        txn = withdraw(leaver(), "100.00")
        seen = []
        rail.outcomes = []
        rail_send = Scripted.send

        def send(self, attempt):
            found = WithdrawalAttempt.objects.get(reference=attempt.reference)
            seen.append((found.outcome, state_of(txn)))
            return rail_send(self, attempt)

        Scripted.send = send
        try:
            payouts.send_due()
        finally:
            Scripted.send = rail_send
        assert seen == [("", "processing")]


@pytest.mark.django_db
class TestOutcomes:
    def test_refused_for_good_gives_everything_back(self, rail, fee):
        txn = withdraw(leaver(), "100.00")
        rail.outcomes = [Refused("no such account", retryable=False)]
        payouts.send_due()
        assert state_of(txn) == "failed"
        assert wallet_of_txn(txn).available == 1000
        assert Withdrawal.objects.get(transaction=txn).why == "no such account"

    def test_refused_for_now_is_tried_again_under_the_next_reference(self, rail):
        txn = withdraw(leaver(), "100.00")
        rail.outcomes = [Refused("busy", retryable=True)]
        payouts.send_due()
        assert state_of(txn) == "approved"
        assert payouts.send_due() == 0, "it waits before the next try"
        due(txn)
        payouts.send_due()
        assert state_of(txn) == "sent"
        assert [told.reference for told in rail.sent] == [f"{txn.public_id}/{n}" for n in (1, 2)]

    def test_five_refusals_are_enough(self, rail):
        txn = withdraw(leaver(), "100.00")
        rail.outcomes = [Refused("busy", retryable=True)] * 9
        for _ in range(9):
            due(txn)
            payouts.send_due()
        assert state_of(txn) == "failed"
        assert len(rail.sent) == 5
        assert wallet_of_txn(txn).available == 1000

    @pytest.mark.parametrize("outcome", [Unclear("time-out"), RuntimeError("the adapter broke")])
    def test_no_answer_is_unknown_and_never_fails_by_itself(self, rail, outcome):
        txn = withdraw(leaver(), "100.00")
        rail.outcomes = [outcome]
        payouts.send_due()
        for _ in range(5):
            look(txn)
        payouts.send_due()
        assert state_of(txn) == "unknown"
        assert wallet_of_txn(txn).locked == 100
        assert len(rail.sent) == 1

    def test_s12_accepted_after_a_time_out_is_one_payment(self, rail):
        txn = withdraw(leaver(), "100.00")
        rail.outcomes = [Unclear("time-out")]
        payouts.send_due()
        rail.report = Report(Standing.ACCEPTED, "ext-1")
        look(txn)
        assert state_of(txn) == "sent"
        payouts.send_due()
        assert len(rail.sent) == 1

    def test_what_was_never_taken_is_sent_again_under_the_same_reference(self, rail):
        txn = withdraw(leaver(), "100.00")
        rail.outcomes = [Unclear("time-out")]
        payouts.send_due()
        rail.report = Report(Standing.NEVER_SEEN)
        look(txn)
        assert state_of(txn) == "approved"
        due(txn)
        payouts.send_due()
        assert state_of(txn) == "sent"
        assert {told.reference for told in rail.sent} == {f"{txn.public_id}/1"}

    def test_failed_at_the_rail_gives_the_money_back(self, rail):
        txn = withdraw(leaver(), "100.00")
        payouts.send_due()
        rail.report = Report(Standing.FAILED, reason="closed account")
        look(txn)
        assert state_of(txn) == "failed"
        assert wallet_of_txn(txn).available == 1000

    def test_staff_are_told_once_after_an_hour_of_not_knowing(self, rail):
        txn = withdraw(leaver(), "100.00")
        rail.outcomes = [Unclear("time-out")]
        payouts.send_due()
        look(txn)
        told = AuditEvent.objects.filter(action="withdrawal.stuck", object_id=str(txn.public_id))
        assert not told.exists()
        for _ in range(2):
            due(txn, unclear_since=timezone.now() - timedelta(minutes=61))
            payout_tracking.track_due()
        assert told.count() == 1
        assert state_of(txn) == "unknown"


@pytest.mark.django_db
class TestStopsAndFreezes:
    @pytest.mark.parametrize(
        "scope", [("all", ""), ("operation", "withdrawal"), ("currency", "GBP")], ids=lambda s: s[0]
    )
    def test_nothing_is_sent_while_stopped(self, rail, scope):
        txn = withdraw(leaver(), "100.00")
        Stop.objects.create(scope=scope[0], value=scope[1], reason="r", message="m")
        assert payouts.send_due() == 0
        assert (state_of(txn), rail.sent) == ("approved", [])

    def test_what_is_under_way_is_followed_while_stopped(self, rail):
        txn = withdraw(leaver(), "100.00")
        payouts.send_due()
        Stop.objects.create(scope="all", value="", reason="r", message="m")
        rail.report = Report(Standing.CONFIRMED)
        look(txn)
        assert state_of(txn) == "completed"

    def test_a_customer_can_cancel_while_stopped(self, rail):
        user = leaver()
        txn = withdraw(user, "100.00")
        Stop.objects.create(scope="all", value="", reason="r", message="m")
        withdrawals.cancel(owner_id=user.pk, public_id=txn.public_id, actor=actor_of(user))
        assert wallet_of_txn(txn).available == 1000

    def test_one_whose_rail_is_gone_holds_no_other_up(self, rail, monkeypatch):
        with monkeypatch.context() as before:
            before.setattr(rail, "name", "gone")
            gone = withdraw(leaver(), "100.00")
        other = withdraw(leaver(), "50.00")
        assert payouts.send_due() == 1
        assert (state_of(gone), state_of(other)) == ("approved", "sent")

    def test_nothing_of_a_frozen_customer_is_sent(self, rail):
        user = leaver()
        txn = withdraw(user, "100.00")
        Freeze.objects.create(customer=user, kind="full", reason="r", review_on="2030-01-01")
        assert payouts.send_due() == 0
        assert state_of(txn) == "approved"


@pytest.mark.django_db
class TestCost:
    def confirmed(self, rail, cost):
        txn = withdraw(leaver(), "100.00")
        payouts.send_due()
        rail.report = Report(Standing.CONFIRMED, "ext", Decimal(cost))
        look(txn)
        look(txn)
        return txn

    def costs_of(self, txn):
        lines = Journal.objects.filter(transaction=txn, kind="network_cost")
        return sorted(lines.values_list("postings__wallet__code", "postings__amount"))

    def test_is_booked_once_on_the_treasury(self, rail):
        payments.fund_house(code="PLATFORM_TREASURY_WALLET", amount=gbp("5.00"), actor=system())
        txn = self.confirmed(rail, "0.40")
        assert self.costs_of(txn) == [
            ("A.SET", Decimal("0.40")),
            ("PLATFORM_TREASURY_WALLET", Decimal("-0.40")),
        ]
        assert wallet_of_txn(txn).total == 900

    def test_the_reserve_pays_when_the_treasury_is_short(self, rail):
        treasury = house.get_house_wallet("PLATFORM_TREASURY_WALLET", "GBP").available
        cost = treasury + 1
        payments.fund_house(code="SYS-RESERVE-0001", amount=gbp(f"{cost:.2f}"), actor=system())
        assert dict(self.costs_of(self.confirmed(rail, cost)))["SYS-RESERVE-0001"] == -cost

    def test_what_nobody_can_pay_waits_and_holds_nothing_up(self, rail):
        txn = self.confirmed(rail, "9000000.00")
        assert (state_of(txn), self.costs_of(txn)) == ("completed", [])
        assert Withdrawal.objects.get(transaction=txn).cost is None


@pytest.mark.django_db
class TestBounce:
    def bounced(self, rail, user, returned=None):
        txn = withdraw(user, "100.00")
        payouts.send_due()
        rail.report = Report(Standing.CONFIRMED)
        look(txn)
        rail.report = Report(Standing.BOUNCED, returned=returned)
        look(txn)
        look(txn)
        return txn

    def test_comes_back_as_an_arrival_of_its_own(self, rail, fee):
        user = leaver()
        txn = self.bounced(rail, user)
        assert (state_of(txn), wallet_of_txn(txn).available) == ("bounced", 999)
        receipt = Receipt.objects.get(customer=user)
        assert (receipt.state, receipt.amount) == ("credited", 100)
        assert receipt.transaction.type == "deposit"

    def test_a_part_comes_back(self, rail):
        user = leaver()
        self.bounced(rail, user, Decimal("95.00"))
        assert Wallet.objects.get(owner=user).available == 995

    def test_never_more_than_went(self, rail):
        user = leaver()
        self.bounced(rail, user, Decimal("500.00"))
        assert Wallet.objects.get(owner=user).available == 1000


@pytest.mark.django_db
class TestLateSuccess:
    def cancelled(self, rail, user, amount="100.00"):
        txn = withdraw(user, amount)
        rail.outcomes = [Refused("busy", retryable=True)]
        payouts.send_due()
        withdrawals.cancel(owner_id=user.pk, public_id=txn.public_id, actor=actor_of(user))
        return txn

    def test_s13_is_booked_told_and_stops_withdrawals(self, rail):
        user = leaver()
        txn = self.cancelled(rail, user)
        news(txn, Report(Standing.CONFIRMED, "ext"))
        news(txn, Report(Standing.CONFIRMED, "ext"))
        assert state_of(txn) == "completed"
        assert wallet_of_txn(txn).available == 900
        assert Stop.objects.filter(value="withdrawal", lifted_at=None).count() == 1
        events = AuditEvent.objects.filter(object_id=str(txn.public_id))
        assert events.filter(action="withdrawal.late_success").exists()

    def test_what_the_customer_spent_comes_from_the_reserve(self, rail):
        payments.fund_house(code="SYS-RESERVE-0001", amount=gbp("500.00"), actor=system())
        reserve = house.get_house_wallet("SYS-RESERVE-0001", "GBP").available
        user = leaver()
        txn = self.cancelled(rail, user)
        wallet = wallet_of_txn(txn)
        payments.debit(payer=wallet, amount=gbp("970.00"), actor=system())
        news(txn, Report(Standing.CONFIRMED, "ext"))
        assert wallet_of_txn(txn).available == 0
        assert house.get_house_wallet("SYS-RESERVE-0001", "GBP").available == reserve - 70

    def test_what_nobody_can_cover_is_told_and_left(self, rail, settings):
        settings.WITHDRAW_AUTO_USD = 1_000_000
        amount = house.get_house_wallet("SYS-RESERVE-0001", "GBP").available + 100
        user = leaver(f"{amount:.2f}")
        txn = self.cancelled(rail, user, f"{amount:.2f}")
        payments.debit(payer=wallet_of_txn(txn), amount=gbp(f"{amount:.2f}"), actor=system())
        for _ in range(2):
            news(txn, Report(Standing.CONFIRMED, "ext"))
        assert state_of(txn) == "cancelled"
        told = AuditEvent.objects.filter(action="withdrawal.late_success_uncovered")
        assert told.filter(object_id=str(txn.public_id)).count() == 1
        assert Stop.objects.filter(value="withdrawal", lifted_at=None).exists()


@pytest.mark.django_db
class TestMagicAmounts:
    """The sandbox rail from end to end."""

    @pytest.mark.parametrize(
        ("amount", "state", "left"),
        [
            ("10.00", "completed", "990.00"),
            ("10.01", "failed", "1000.00"),
            ("10.02", "completed", "989.98"),
            ("10.03", "bounced", "1000.00"),
            ("10.04", "completed", "989.96"),
            ("10.05", "completed", "989.95"),
        ],
    )
    def test_ends_as_its_last_digits_say(self, monkeypatch, amount, state, left):
        txn = withdraw(leaver(), amount)
        run(txn)
        look(txn)
        if amount == "10.04":
            assert state_of(txn) == "sent"
        later = database_clock() + timedelta(minutes=11)
        monkeypatch.setattr(payout_tracking, "database_clock", lambda: later)
        look(txn)
        look(txn)
        assert state_of(txn) == state
        assert wallet_of_txn(txn).available == Decimal(left)


class TestRaces:
    def test_s11_of_cancel_and_claim_exactly_one_wins_a_hundred_times(self, committed_db, rail):
        user = leaver("1000.00")
        there = place(user)
        ended = []
        with ThreadPoolExecutor(2) as pool:
            for _ in range(100):
                txn = withdraw(user, "1.00", there)
                race = [pool.submit(_cancel, user, txn), pool.submit(_claim)]
                ended.append(tuple(future.result() for future in race))
                if state_of(txn) == "processing":
                    news(txn, Report(Standing.FAILED))
                assert wallet_of_txn(txn).locked == 0
                assert wallet_of_txn(txn).available == 1000
        assert {pair.count(True) for pair in ended} == {1}
        assert len(ended) == 100


def _cancel(user, txn):
    try:
        withdrawals.cancel(owner_id=user.pk, public_id=txn.public_id, actor=actor_of(user))
    except MoveNotAllowed:
        return False
    finally:
        connections.close_all()
    return True


def _claim():
    try:
        return payouts.claim() is not None
    finally:
        connections.close_all()


@pytest.mark.django_db
class TestOddNews:
    @pytest.mark.parametrize(
        ("standing", "cost", "returned"),
        [
            (Standing.CONFIRMED, "0.001", None),
            (Standing.BOUNCED, "0", "0.001"),
            (Standing.BOUNCED, "0", "5.001"),
        ],
    )
    def test_of_less_than_a_penny_is_refused_whole(self, standing, cost, returned):
        txn = withdraw(leaver(), "10.00")
        payouts.send_due()
        came_back = None if returned is None else Decimal(returned)
        with pytest.raises(AmountInvalid):
            news(txn, Report(standing, "e", Decimal(cost), came_back))
        assert state_of(txn) == "sent"

    def test_of_one_payment_keeps_no_other_from_being_followed(self, rail, monkeypatch):
        first, second = withdraw(leaver(), "10.00"), withdraw(leaver(), "20.00")
        payouts.send_due()
        odd = Report(Standing.BOUNCED, "e", Decimal(0), Decimal("0.001"))
        reports = {f"{first.public_id}/1": odd}
        usual = Report(Standing.CONFIRMED, "e")
        monkeypatch.setattr(
            rail, "look_up", lambda self, attempt, now: reports.get(attempt.reference, usual)
        )
        due(first)
        due(second)
        payout_tracking.track_due()
        assert (state_of(first), state_of(second)) == ("sent", "completed")

    def test_cannot_be_kept_out_by_an_arrival_of_its_name(self, alice):
        txn = withdraw(leaver(), "10.00")
        arrival = Arrival(
            f"bounce {txn.public_id}/1", str(alice.pk), Decimal("1.00"), "GBP", Finality.FINAL
        )
        with pytest.raises(ReferenceUsed):
            receipts.take_arrival(rail=rail_named("sandbox"), arrival=arrival, actor=RAIL)
        payouts.send_due()
        news(txn, Report(Standing.BOUNCED, "e", Decimal(0), Decimal("10.00")))
        assert state_of(txn) == "bounced"
        assert not Receipt.objects.filter(customer=alice).exists()
