"""POST withdraw and its cancel: confirmed, kept, repeated, taken back."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from coinhub.core.errors import DomainError
from tests.api_client import Caller, new_key
from tests.coinhub.api.test_schema import require_true
from tests.conftest import gbp
from tests.wallets.leaving import actor_of, confirmed, due, leaver, place, state_of, withdraw
from wallets.ledger.request import MoneyRequest
from wallets.models import Transaction, Wallet, Withdrawal
from wallets.services import payouts, withdrawal_reviews, withdrawals
from wallets.services.mandates import Mandate
from wallets.services.withdrawal_plans import Wish


@pytest.fixture
def ann(db):
    return leaver()


def body(there, amount="100.00", **more):
    return {"amount": amount, "currency": "GBP", "destination": str(there.public_id), **more}


def ask(user, there, key, path="withdraw", **more):
    """Send, confirm what is asked for, and send the same again."""
    caller = Caller(user)
    first = caller.post(path, body(there, **more), key=key)
    if first.status_code != 403:
        return first
    challenge = first.json()["challenge_id"]
    confirmed(user, challenge)
    return caller.post(path, body(there, **more), key=key, headers={"X-Confirmation": challenge})


@pytest.mark.django_db
class TestWithdraw:
    @pytest.mark.parametrize("path", ["withdraw", "crypto-bank/withdraw"])
    def test_answers_pending_with_where_it_goes(self, ann, path):
        answer = ask(ann, place(ann), new_key(), path)
        shown = answer.json()
        assert (answer.status_code, shown["status"], shown["state"]) == (
            201,
            "PENDING",
            "approved",
        )
        assert shown["destination"]["masked"] == "GB33 … 5555"
        assert Wallet.objects.get(owner=ann).locked == 100
        require_true(answer, "withdraw")

    def test_a_repeat_gives_the_same_bytes_and_needs_no_second_code(self, ann):
        there, key = place(ann), new_key()
        first = ask(ann, there, key)
        again = Caller(ann).post("withdraw", body(there), key=key)
        assert (again.content, again["X-Idempotent-Replay"]) == (first.content, "true")
        assert Withdrawal.objects.filter(transaction__payer_wallet__owner=ann).count() == 1

    def test_without_a_confirmation_nothing_moves(self, ann):
        answer = Caller(ann).post("withdraw", body(place(ann)))
        assert (answer.status_code, answer.json()["code"]) == (403, "STEP_UP_REQUIRED")
        assert Wallet.objects.get(owner=ann).available == 1000

    def test_a_confirmation_of_another_amount_is_worth_nothing(self, ann):
        there, caller = place(ann), Caller(ann)
        challenge = caller.post("withdraw", body(there)).json()["challenge_id"]
        confirmed(ann, challenge)
        more = {"X-Confirmation": challenge}
        answer = caller.post("withdraw", body(there, "100.01"), headers=more)
        assert answer.json()["code"] == "STEP_UP_REQUIRED"
        assert Wallet.objects.get(owner=ann).available == 1000

    def test_points_do_not_leave(self, ann):
        wanted = {"amount": "1", "currency": "PTS", "destination": str(place(ann).public_id)}
        answer = Caller(ann).post("withdraw", wanted)
        assert (answer.status_code, answer.json()["code"]) == (422, "NOT_WITHDRAWABLE")

    def test_a_trial_names_every_gate_and_writes_nothing(self, ann):
        answer = Caller(ann).post("withdraw?dry_run=true", body(place(ann)), key=None)
        shown = answer.json()
        assert answer.status_code == 200
        assert shown["balances_after"]["locked"] == "100.00"
        closed = [gate["name"] for gate in shown["gates"] if not gate["passed"]]
        assert closed == ["second_factor"]
        assert Wallet.objects.get(owner=ann).available == 1000
        require_true(answer, "withdraw")


@pytest.mark.django_db
class TestCancel:
    def test_gives_it_back_and_repeats_the_answer(self, ann):
        txn, key = withdraw(ann, "100.00"), new_key()
        path = f"withdraw/{txn.public_id}/cancel"
        first, again = (Caller(ann).post(path, {}, key=key) for _ in range(2))
        assert (first.status_code, first.json()["status"]) == (200, "CANCELLED")
        assert again.content == first.content
        assert Wallet.objects.get(owner=ann).available == 1000
        require_true(first, "cancel_withdrawal")


class TestCancelTooLate:
    def test_is_409_once_it_is_sent(self, committed_db):
        ann = leaver()
        txn = withdraw(ann, "100.00")
        due(txn)
        payouts.send_due()
        answer = Caller(ann).post(f"withdraw/{txn.public_id}/cancel", {})
        assert (answer.status_code, answer.json()["code"]) == (409, "INVALID_STATE")
        assert state_of(txn) == "sent"
        assert Wallet.objects.get(owner=ann).locked == 100


@pytest.mark.django_db
class TestDepositTrial:
    def test_says_what_would_arrive(self, ann):
        wanted = {"amount": "5.00", "currency": "GBP", "external_ref": "trial"}
        answer = Caller(ann).post("deposit?dry_run=true", wanted, key=None)
        assert answer.status_code == 200
        assert answer.json()["balances_after"]["available"] == "1005.00"
        assert Wallet.objects.get(owner=ann).available == 1000
        require_true(answer, "deposit")


class TestAtOnce:
    def test_s6_of_fifty_withdrawals_of_ten_from_a_hundred_ten_pass(self, committed_db):
        user = leaver("100.00")
        there = place(user)

        def one(_):
            try:
                return withdraw_confirmed(user, there)
            finally:
                connections.close_all()

        challenges.extend(open_challenges(user, there, 50))
        with ThreadPoolExecutor(10) as pool:
            ended = Counter(pool.map(one, range(50)))
        assert ended == {"PENDING": 10, "INSUFFICIENT_FUNDS": 40}
        wallet = Wallet.objects.get(owner=user)
        assert (wallet.available, wallet.locked) == (0, 100)
        open_ones = Transaction.objects.filter(payer_wallet=wallet, status="PENDING")
        assert open_ones.count() == 10


challenges: list[str] = []


def open_challenges(user, there, count):
    """Confirm a withdrawal so often; each confirmation is good for one request."""
    for _ in range(count):
        begun = withdrawal_reviews.begin(
            customer_id=user.pk, wish=Wish(gbp("10.00"), there.public_id), actor=actor_of(user)
        )
        confirmed(user, begun.challenge_id)
        yield begun.challenge_id


def withdraw_confirmed(user, there):
    try:
        booked = withdrawals.withdraw(
            customer_id=user.pk,
            wish=Wish(gbp("10.00"), there.public_id),
            mandate=Mandate(challenges.pop()),
            actor=actor_of(user),
            request=MoneyRequest(caller=user.pk, key=new_key(), fingerprint=b"x" * 32),
        )
    except DomainError as refusal:
        return refusal.code
    return booked.transaction.status
