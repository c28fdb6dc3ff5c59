"""Limits and the pause, exact however many ask at once."""

import time
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models import F

from coinhub.core.actor import system
from coinhub.core.db import ClockTimestamp, database_clock
from coinhub.core.errors import DomainError
from coinhub.core.money import Money
from tests.api_client import Caller, new_key
from tests.conftest import make_customer, wallet_of
from tests.wallets.api.test_at_once import at_once, available
from wallets.ledger import drafts, posting, steps
from wallets.models import Allowance, Transaction
from wallets.policies import limits
from wallets.selectors import house
from wallets.services import terms

pytestmark = pytest.mark.usefixtures("committed_db")
Type, State = Transaction.Type, Transaction.State


class TestCount:
    def test_of_300_at_once_exactly_100_are_made_in_an_hour(self, committed_db):
        payer, payee = make_customer("payer"), make_customer("payee")
        purse, other = wallet_of(payer, funded="1000.00"), wallet_of(payee)
        caller = Caller(payer)
        body = {"to": payee.email, "amount": "1.00", "currency": "GBP"}
        answers = at_once(300, lambda _: caller.post("transfer", body))
        made = [answer for answer in answers if answer.status_code == 201]
        told = [answer.json() for answer in answers if answer.status_code == 422]
        assert (len(made), len(told)) == (100, 200)
        assert {(t["code"], t["limit"], t["used"], t["remaining"]) for t in told} == {
            ("LIMIT_EXCEEDED", "payments_1h", "100", "0")
        }
        assert available(purse, other) == [Decimal(900), Decimal(100)]
        shown = caller.get("me").json()["limits"]["payments_1h"]
        assert (shown["used"], shown["remaining"]) == ("100", "0")
        assert shown["frees_at"] == told[0]["frees_at"]

    def test_is_of_a_window_that_slides(self, committed_db, monkeypatch):
        payer, payee = make_customer("payer"), make_customer("payee")
        wallet_of(payer, funded="1000.00")
        payload = {
            "name": "payments_1h",
            "customer": str(payer.pk),
            "maximum": "2",
            "expires_at": (database_clock() + timedelta(days=1)).isoformat(),
            "reason": "a test of the window",
        }
        terms.set_limit(payload=payload, actor=system())
        caller = Caller(payer)
        body = {"to": payee.email, "amount": "1.00", "currency": "GBP"}
        assert [caller.post("transfer", body).status_code for _ in range(3)] == [201, 201, 422]
        monkeypatch.setattr(limits, "HOUR_S", 1)  # an hour that is over in a second
        time.sleep(1.1)
        assert caller.post("transfer", body).status_code == 201


class TestWithdrawals:
    @pytest.fixture
    def purse(self, committed_db):
        return wallet_of(make_customer("payer"), "USD", funded="2000000")

    def withdraw(self, purse, usd="20000.00"):
        """Ask for a withdrawal as the use case books it, under the customer's guard."""
        amount = Money(Decimal(usd), "USD")
        draft = drafts.lock(
            payer=purse,
            payee=house.get_house_wallet("A.SET", "USD"),
            amount=amount,
            hold=drafts.HoldDraft(purpose="withdrawal"),
            type=Type.WITHDRAWAL,
            state=State.APPROVED,
            usd_value=amount.amount,
        )
        guard = limits.guard_for(purse.owner_id, 2, Type.WITHDRAWAL)
        try:
            return posting.book(
                draft, actor=system(), event="withdrawal.requested", guard=guard
            ).transaction
        except DomainError as refusal:
            return refusal

    def test_of_50_at_once_exactly_500_000_dollars_leave_in_a_day(self, purse):
        ended = at_once(50, lambda _: self.withdraw(purse))
        made = [row for row in ended if isinstance(row, Transaction)]
        assert len(made) == 25
        refusals = [row for row in ended if isinstance(row, DomainError)]
        assert {(r.code, r.members["limit"], r.members["remaining"]) for r in refusals} == {
            ("LIMIT_EXCEEDED", "withdrawals_24h", "0.00")
        }
        assert available(purse) == [Decimal(1_500_000)]
        assert self.withdraw(purse, "0.01").code == "LIMIT_EXCEEDED"

    def test_one_that_is_cancelled_gives_its_part_back(self, purse):
        made = [self.withdraw(purse, "250000.00") for _ in range(2)]
        assert self.withdraw(purse, "0.01").code == "LIMIT_EXCEEDED"
        row = Transaction.objects.get(pk=made[0].pk)
        steps.step(
            steps.StepDraft(
                transaction=row,
                from_states=(State.APPROVED,),
                to=State.CANCELLED,
                name="cancel",
                legs=(
                    drafts.leg(purse, Decimal(-250_000), "locked"),
                    drafts.leg(purse, Decimal(250_000)),
                ),
                takes=(steps.Take(row.holds.get(), Decimal(250_000), end_state="voided"),),
            ),
            actor=system(),
            event="withdrawal.cancelled",
        )
        assert isinstance(self.withdraw(purse, "250000.00"), Transaction)
        assert self.withdraw(purse, "0.01").code == "LIMIT_EXCEEDED"


class TestPause:
    @pytest.fixture
    def sides(self, committed_db):
        payer, payee = make_customer("payer"), make_customer("payee")
        return wallet_of(payer, funded="100.00"), wallet_of(payee)

    def fail(self, sides, **options):
        body = {"to": sides[1].owner.email, "amount": "100.01", "currency": "GBP"}
        return Caller(sides[0].owner).post("transfer", body, **options)

    def pay(self, sides):
        body = {"to": sides[1].owner.email, "amount": "1.00", "currency": "GBP"}
        return Caller(sides[0].owner).post("transfer", body)

    def row(self, sides):
        return Allowance.objects.filter(customer_id=sides[0].owner_id)

    def test_comes_after_three_failures_and_ends_after_five_minutes(self, sides):
        for _ in range(3):
            assert self.fail(sides).json()["code"] == "INSUFFICIENT_FUNDS"
        answer = self.pay(sides)
        assert (answer.status_code, answer.json()["code"]) == (429, "COOLDOWN_ACTIVE")
        assert 295 <= int(answer.headers["Retry-After"]) <= 300
        assert available(*sides) == [Decimal(100), Decimal(0)]
        self.row(sides).update(paused_until=F("paused_until") - timedelta(seconds=300))
        assert self.pay(sides).status_code == 201
        assert self.fail(sides).json()["code"] == "INSUFFICIENT_FUNDS"
        assert self.pay(sides).status_code == 201

    def test_does_not_come_when_they_are_more_than_a_quarter_of_an_hour_apart(self, sides):
        for _ in range(2):
            self.fail(sides)
        (kept,) = self.row(sides)
        earlier = [moment - timedelta(minutes=15, seconds=1) for moment in kept.failures]
        self.row(sides).update(failures=earlier)
        self.fail(sides)
        assert self.pay(sides).status_code == 201
        assert len(self.row(sides).get().failures) == 1

    def test_repeats_of_one_refusal_count_once(self, sides):
        key = new_key()
        for _ in range(5):
            assert self.fail(sides, key=key).json()["code"] == "INSUFFICIENT_FUNDS"
        assert self.pay(sides).status_code == 201

    def test_failures_at_once_pause_once(self, sides):
        answers = at_once(12, lambda _: self.fail(sides))
        assert {a.json()["code"] for a in answers} <= {"INSUFFICIENT_FUNDS", "COOLDOWN_ACTIVE"}
        assert self.pay(sides).json()["code"] == "COOLDOWN_ACTIVE"
        assert self.row(sides).filter(paused_until__gt=ClockTimestamp()).exists()

    def test_is_decided_by_the_database_for_who_was_let_in_before(self, sides):
        for _ in range(3):
            self.fail(sides)
        draft = drafts.move(
            type=Type.TRANSFER,
            payer=sides[0],
            payee=sides[1],
            amount=Money(Decimal("1.00"), "GBP"),
            usd_value=Decimal("1.25"),
        )
        with pytest.raises(DomainError) as refusal:
            posting.book(
                draft,
                actor=system(),
                event="transfer.completed",
                guard=limits.guard_for(sides[0].owner_id, 2, Type.TRANSFER),
            )
        assert refusal.value.code == "COOLDOWN_ACTIVE"
        assert available(*sides) == [Decimal(100), Decimal(0)]
