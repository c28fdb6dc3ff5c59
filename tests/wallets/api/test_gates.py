"""The gates of a transfer, one by one and in their order: its refusal, and that nothing moved."""

from decimal import Decimal

import pytest
from django.db import transaction

from coinhub.users.services import second_factor
from tests.api_client import Caller, new_key
from tests.conftest import make_customer, wallet_of
from wallets.models import Fee, Price, Stop, Transaction, Wallet
from wallets.selectors import fees, prices
from wallets.services import freezes, stops, terms
from wallets.services import wallets as wallet_services

pytestmark = pytest.mark.django_db


@pytest.fixture
def sides(alice, bob):
    return wallet_of(alice, funded="1000.00"), wallet_of(bob)


@pytest.fixture
def moved(sides):
    """Say what has moved since the beginning."""

    def figures():
        rows = Wallet.objects.filter(pk__in=[w.pk for w in sides]).order_by("pk")
        return [(row.available, row.held, row.locked) for row in rows]

    before = figures()
    return lambda: figures() != before


def send(person, to, amount="30.00", currency="GBP", **options):
    body = {"to": getattr(to, "email", to), "amount": amount, "currency": currency}
    path = options.pop("path", "transfer")
    return Caller(person).post(path, body, **options)


def refused(answer, status, code):
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.content
    return answer.json()


class TestStop:
    @pytest.mark.parametrize(
        ("scope", "value"), [("all", ""), ("operation", "transfer"), ("currency", "GBP")]
    )
    def test_holds_what_it_names(self, sides, moved, alice, bob, actor, scope, value):
        stops.engage(scope=scope, value=value, reason="a drill", message="At noon.", actor=actor)
        answer = send(alice, bob)
        assert refused(answer, 503, "SERVICE_PAUSED")["detail"] == "At noon."
        assert answer.headers["Retry-After"] == "60"
        assert not moved()

    @pytest.mark.parametrize(("scope", "value"), [("operation", "withdrawal"), ("currency", "USD")])
    def test_of_something_else_lets_it_through(self, sides, alice, bob, actor, scope, value):
        stops.engage(scope=scope, value=value, reason="a drill", actor=actor)
        assert send(alice, bob).status_code == 201

    def test_lets_a_finished_request_be_told_again(self, sides, alice, bob, actor):
        key = new_key()
        first = send(alice, bob, key=key)
        stops.engage(scope="all", reason="a drill", actor=actor)
        again = send(alice, bob, key=key)
        assert (again.status_code, again.content) == (201, first.content)

    def test_is_lifted_by_the_step_of_an_approval(self, sides, alice, bob, actor):
        stop = stops.engage(scope="all", reason="a drill", actor=actor)
        assert stops.engage(scope="all", reason="again", actor=actor) == stop
        refused(send(alice, bob), 503, "SERVICE_PAUSED")
        with transaction.atomic():
            stops.lift_step(stop_id=stop.pk, actor=actor)
        assert send(alice, bob).status_code == 201
        with pytest.raises(stops.StopLifted), transaction.atomic():
            stops.lift_step(stop_id=stop.pk, actor=actor)
        assert Stop.objects.filter(lifted_at=None).count() == 0


class TestFreeze:
    @pytest.mark.parametrize("kind", ["debit", "full"])
    def test_keeps_its_customer_from_paying(self, sides, moved, alice, bob, actor, kind):
        freezes.freeze(customer_id=alice.pk, kind=kind, reason="asked by a court", actor=actor)
        refused(send(alice, bob), 403, "ACCOUNT_FROZEN")
        assert not moved()

    def test_of_credits_lets_its_customer_pay(self, sides, alice, bob, actor):
        freezes.freeze(customer_id=alice.pk, kind="credit", reason="asked by a court", actor=actor)
        assert send(alice, bob).status_code == 201

    def test_of_a_recipients_credits_lets_the_money_wait(self, sides, alice, bob, actor):
        freezes.freeze(customer_id=bob.pk, kind="credit", reason="asked by a court", actor=actor)
        assert send(alice, bob).json()["status"] == "HELD"
        (hold,) = Caller(bob).get(f"wallets/{sides[1].public_id}/holds").json()["results"]
        assert hold["conditions"] == ["compliance"]

    def test_of_a_recipient_looks_like_no_recipient(self, sides, moved, alice, bob, actor):
        freezes.freeze(customer_id=bob.pk, kind="full", reason="asked by a court", actor=actor)
        frozen = refused(send(alice, bob), 403, "RECIPIENT_UNAVAILABLE")
        nobody = refused(send(alice, "nobody@example.com"), 403, "RECIPIENT_UNAVAILABLE")
        without = {"request_id"}
        assert {k: v for k, v in frozen.items() if k not in without} == {
            k: v for k, v in nobody.items() if k not in without
        }
        assert not moved()

    def test_is_lifted_by_the_step_of_an_approval(self, sides, alice, bob, actor):
        row = freezes.freeze(
            customer_id=alice.pk, kind="debit", reason="asked by a court", actor=actor
        )
        with transaction.atomic():
            freezes.lift_step(freeze_id=row.pk, actor=actor)
        assert send(alice, bob).status_code == 201


class TestIdentity:
    @pytest.mark.parametrize("kyc", ["not_started", "pending", "rejected"])
    def test_comes_before_money_moves(self, bob, kyc):
        someone = make_customer("someone", kyc=kyc)
        purse = wallet_of(someone, "USD", funded="5")
        told = refused(send(someone, bob, "1.00", "USD"), 403, "KYC_REQUIRED")
        assert (told["required_tier"], told["current_status"]) == (1, kyc)
        purse.refresh_from_db()
        assert (purse.available, purse.held) == (0, 5)

    def test_is_not_needed_for_points(self, carol, bob):
        wallet_of(carol, "PTS", funded="5")
        assert send(carol, bob, "3", "PTS").status_code == 201


class TestAmount:
    """A dollar is a dollar: 0.01 to 1,000,000 at the platform's ceilings."""

    @pytest.fixture
    def dollars(self, alice):
        return wallet_of(alice, "USD", funded="2000000")

    @pytest.mark.parametrize("amount", ["0.01", "1000000.00"])
    def test_at_its_bounds_is_paid(self, dollars, alice, bob, amount):
        assert send(alice, bob, amount, "USD").status_code == 201

    def test_above_the_most_is_refused_with_both_bounds(self, dollars, alice, bob):
        told = refused(send(alice, bob, "1000000.01", "USD"), 422, "AMOUNT_OUT_OF_RANGE")
        assert (told["min"], told["max"]) == ("0.01", "1000000.00")
        assert (told["min_usd"], told["max_usd"]) == ("0.01", "1000000.00")
        dollars.refresh_from_db()
        assert dollars.available == 2_000_000

    def test_below_the_least_is_refused_with_the_least_in_its_currency(self, alice, bob):
        wallet_of(alice, "BTC", funded="1")
        told = refused(send(alice, bob, "0.00000001", "BTC"), 422, "AMOUNT_OUT_OF_RANGE")
        assert Decimal(told["min"]) > Decimal("0.00000001")
        assert send(alice, bob, told["min"], "BTC").status_code == 201

    @pytest.mark.parametrize("amount", ["0", "0.001", "-1", "1e3", "NaN", 1, None])
    def test_that_is_none_is_refused_before_anything_else(self, dollars, alice, bob, amount):
        assert send(alice, bob, amount, "USD").status_code == 400

    def test_refused_is_kept_for_its_key(self, dollars, alice, bob):
        key = new_key()
        first = send(alice, bob, "1000000.01", "USD", key=key)
        again = send(alice, bob, "1000000.01", "USD", key=key)
        assert (again.status_code, again.content) == (422, first.content)
        assert again.headers["X-Idempotent-Replay"] == "true"


class TestPrice:
    def test_missing_or_old_means_that_nothing_moves(self, sides, moved, alice, bob, monkeypatch):
        monkeypatch.setattr(prices, "_refill", [])
        assert not Price.objects.filter(currency="GBP").exists()
        answer = send(alice, bob)
        refused(answer, 503, "PRICE_UNAVAILABLE")
        assert int(answer.headers["Retry-After"]) > 0
        assert not moved()

    def test_is_named_by_the_payment_with_its_value(self, sides, alice, bob):
        send(alice, bob)
        row = Transaction.objects.get(payer_wallet=sides[0])
        price = Price.objects.get(pk=row.metadata["price_id"])
        assert (price.currency_id, row.usd_value) == ("GBP", 30 * price.usd)


class TestFee:
    @pytest.fixture(autouse=True)
    def _a_fee(self, actor, db):
        payload = {"operation": Fee.Operation.TRANSFER, "currency": "GBP", "fixed": "0.50"}
        terms.set_fee(payload=payload, actor=actor)
        fees.forget()

    def test_comes_on_top_in_the_same_journal(self, sides, alice, bob):
        answer = send(alice, bob, "30.00")
        assert answer.json()["fee"] == "0.50"
        assert answer.json() == Caller(alice).get(f"transactions/{answer.json()['id']}").json()
        (journal,) = answer.json()["journals"]
        assert [row["amount"] for row in journal["postings"]] == ["30.50"]
        sides[0].refresh_from_db()
        assert sides[0].available == Decimal("969.50")
        sides[1].refresh_from_db()
        assert sides[1].available == 30

    def test_is_shown_by_a_trial_run_with_the_balances_as_they_would_be(
        self, sides, moved, alice, bob
    ):
        told = send(alice, bob, "30.00", path="transfer?dry_run=true", key=None).json()
        assert (told["fee"], told["total"], told["would_pass"]) == ("0.50", "30.50", True)
        assert told["balances_after"]["available"] == "969.50"
        assert told["limits"]["payments_1h"]["remaining"] == "100"
        assert not moved()

    def test_counts_in_what_must_be_there(self, sides, moved, alice, bob):
        told = send(alice, bob, "1000.00", path="transfer?dry_run=true", key=None).json()
        closed = [(gate["name"], gate["code"]) for gate in told["gates"] if not gate["passed"]]
        assert closed == [("funds", "INSUFFICIENT_FUNDS")]
        assert told["balances_after"] is None
        assert not moved()


class TestOrder:
    def test_a_trial_run_tells_every_gate_that_is_closed(self, bob, actor, settings):
        settings.TRANSFER_STEP_UP_USD = 100
        someone = make_customer("someone", kyc="pending")
        freezes.freeze(customer_id=someone.pk, kind="debit", reason="asked by a court", actor=actor)
        stops.engage(scope="all", reason="a drill", actor=actor)
        told = send(someone, "nobody@example.com", "1000000.01", "USD",
                    path="transfer?dry_run=true", key=None).json()  # fmt: skip
        assert {gate["name"]: gate["code"] for gate in told["gates"]} == {
            "running": "SERVICE_PAUSED",
            "ownership": "RECIPIENT_UNAVAILABLE",
            "account": "ACCOUNT_FROZEN",
            "identity": "KYC_REQUIRED",
            "cooldown": None,
            "amount": "AMOUNT_OUT_OF_RANGE",
            "limits": None,
            "second_factor": "SECOND_FACTOR_MISSING",
            "destination": None,
            "funds": "INSUFFICIENT_FUNDS",
        }
        assert not Transaction.objects.exists()
        refused(send(someone, "nobody@example.com", "1000000.01", "USD"), 503, "SERVICE_PAUSED")

    def test_the_wallets_own_state_is_a_gate_too(self, sides, moved, alice, bob):
        wallet_services.freeze(sides[0])
        refused(send(alice, bob), 403, "WALLET_FROZEN")
        assert not moved()


class TestSecondFactor:
    """80 GBP are more than 100 USD."""

    @pytest.fixture
    def dora(self, alice, settings):
        settings.TRANSFER_STEP_UP_USD = 100
        with transaction.atomic():
            second_factor.enrol_totp(alice)
        return alice

    def confirm(self, person, told):
        code = second_factor.find_unused_code(person)
        path = f"auth/confirmations/{told['challenge_id']}"
        assert Caller(person).post(path, {"code": code}, key=None).status_code == 200
        return {"X-Confirmation": told["challenge_id"]}

    def test_is_bound_to_recipient_amount_currency_and_key(self, sides, dora, bob):
        key = new_key()
        told = refused(send(dora, bob, "90.00", key=key), 403, "STEP_UP_REQUIRED")
        assert told["facts"] == {"to": bob.email, "amount": "90.00", "currency": "GBP"}
        named = self.confirm(dora, told)
        for other in ({"amount": "91.00"}, {"to": make_customer("x")}):
            wish = {"to": bob, "amount": "90.00", **other}
            refused(send(dora, **wish, headers=named), 403, "STEP_UP_REQUIRED")
        paid = send(dora, bob, "90.00", key=key, headers=named)
        assert paid.status_code == 201
        again = send(dora, bob, "90.00", key=key)
        assert (again.status_code, again.content) == (201, paid.content)
        assert Transaction.objects.filter(payer_wallet=sides[0]).count() == 1

    def test_up_to_the_threshold_none_is_asked_for(self, sides, dora, bob):
        wallet_of(dora, "USD", funded="500")
        assert send(dora, bob, "100.00", "USD").status_code == 201
        refused(send(dora, bob, "100.01", "USD"), 403, "STEP_UP_REQUIRED")

    def test_a_wrong_confirmation_counts_towards_the_pause(self, sides, moved, dora, bob):
        named = {"X-Confirmation": "01a1fa06-9315-7829-90d6-4668bcb9c9ac"}
        for _ in range(3):
            refused(send(dora, bob, "90.00", headers=named), 403, "STEP_UP_REQUIRED")
        answer = send(dora, bob, "1.00")
        refused(answer, 429, "COOLDOWN_ACTIVE")
        assert 290 <= int(answer.headers["Retry-After"]) <= 300
        assert not moved()

    def test_being_asked_for_one_does_not(self, sides, dora, bob):
        for _ in range(4):
            refused(send(dora, bob, "90.00"), 403, "STEP_UP_REQUIRED")
        assert send(dora, bob, "1.00").status_code == 201


class TestRecipients:
    @pytest.fixture(autouse=True)
    def _only_recipients_are_counted(self, settings, monkeypatch):
        settings.RATE_LIMITS = True
        monkeypatch.setattr("coinhub.api.limits.take", lambda *_args, **_options: None)

    def test_ten_refused_in_a_day_end_the_guessing(self, sides, moved, alice, bob):
        for number in range(10):
            refused(send(alice, f"n{number}@example.com"), 403, "RECIPIENT_UNAVAILABLE")
        for to in ("n10@example.com", bob):
            answer = send(alice, to)
            refused(answer, 429, "TOO_MANY_RECIPIENTS")
            assert 86_000 < int(answer.headers["Retry-After"]) <= 86_400
        assert not moved()

    def test_ten_refused_in_trial_runs_end_it_too(self, sides, alice, bob):
        def try_out(to):
            body = {"to": to, "amount": "1.00", "currency": "GBP"}
            return Caller(alice).post("transfer?dry_run=true", body, key=None)

        def said_of(to):
            gates = {gate["name"]: gate["code"] for gate in try_out(to).json()["gates"]}
            return gates["ownership"]

        for number in range(10):
            assert said_of(f"n{number}@example.com") == "RECIPIENT_UNAVAILABLE"
        assert said_of("n10@example.com") == said_of(bob.email) == "TOO_MANY_RECIPIENTS"
        refused(send(alice, bob), 429, "TOO_MANY_RECIPIENTS")

    def test_others_may_go_on(self, sides, alice, bob):
        for number in range(10):
            send(alice, f"n{number}@example.com")
        wallet_of(bob, funded="5.00")
        assert send(bob, alice, "1.00").status_code == 201
