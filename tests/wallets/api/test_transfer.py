"""POST transfer: once per key, one database transaction, three queries."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection

from tests.api_client import Caller, new_key
from tests.conftest import make_customer, wallet_of
from tests.questions import questions
from wallets.ledger import posting
from wallets.models import Fee, IdempotencyKey, Posting, Transaction, Wallet
from wallets.services import transfers
from wallets.services import wallets as wallet_services

pytestmark = pytest.mark.django_db


@pytest.fixture
def sides(alice, bob):
    return wallet_of(alice, funded="100.00"), wallet_of(bob)


@pytest.fixture
def body(sides, bob):
    return {"to": bob.email, "amount": "30.00", "currency": "GBP"}


def balances(*wallets):
    return [(w.available, w.held) for w in Wallet.objects.filter(pk__in=wallets).order_by("pk")]


def paid(caller, body):
    answer = caller.post("transfer", body)
    assert answer.status_code == 201


class TestCost:
    def test_a_transfer_is_three_queries(self, sides, alice, body):
        caller = Caller(alice)
        body["amount"] = "1.00"
        texts = questions(lambda: paid(caller, body))
        assert len(texts) == 3, texts
        assert "users_accesstoken" in texts[0]  # who calls
        assert "wallets_stop" in texts[1]  # what stands in the way: stop, freeze, pause,
        assert "wallets_wallet" in texts[1]  # and both sides with their identity cases
        assert "book_transaction_v2" in texts[2]  # key, guard and booking in one

    def test_a_transfer_to_a_wallet_id_is_three_queries_too(self, sides, alice, body):
        caller = Caller(alice)
        body |= {"to": str(sides[1].public_id), "amount": "1.00"}
        assert len(questions(lambda: paid(caller, body))) == 3

    def test_a_fee_costs_no_query(self, sides, alice, body):
        Fee.objects.create(operation="transfer", currency_id="GBP", fixed=Decimal("0.50"))
        caller = Caller(alice)
        body["amount"] = "1.00"
        assert caller.post("transfer", body).json()["fee"] == "0.50"
        assert len(questions(lambda: paid(caller, body))) == 3


class TestAnswer:
    def test_the_answer_is_what_the_transaction_shows_later(self, alice, sides, body):
        caller = Caller(alice)
        answer = caller.post("transfer", {**body, "note": 'a "note" \\u0001 £\u2028'})
        shown = caller.get(f"transactions/{answer.json()['id']}")
        assert shown.json() == answer.json()
        assert answer.json()["note"] == 'a "note" \\u0001 £\u2028'
        assert answer.headers["Location"].endswith(answer.json()["id"])

    def test_times_are_the_databases_with_microseconds_and_z(self, alice, sides, body):
        answer = Caller(alice).post("transfer", body).json()
        row = Transaction.objects.get(public_id=answer["id"])
        assert answer["created_at"] == row.created_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        assert answer["completed_at"] == answer["created_at"]

    def test_amounts_have_exactly_the_currencys_decimals(self, alice, bob):
        for currency, sent, shown in (
            ("JPY", "5", "5"),
            ("ETH", "0.5", "0.500000000000000000"),
            ("USDT", "1", "1.000000"),
            ("PTS", "3", "3"),
        ):
            wallet_of(alice, currency, funded="10")
            answer = Caller(alice).post(
                "transfer", {"to": bob.email, "amount": sent, "currency": currency}
            )
            assert answer.json()["amount"] == shown, answer.content

    def test_money_for_an_unapproved_customer_arrives_held(self, alice, carol, sides, body):
        answer = Caller(alice).post("transfer", {**body, "to": carol.email})
        assert (answer.status_code, answer.json()["status"]) == (201, "HELD")
        assert answer.json()["completed_at"] is None
        (wallet,) = Caller(carol).get("wallets").json()["results"]
        assert (wallet["available"], wallet["held"], wallet["total"]) == ("0.00", "30.00", "30.00")
        holds = Caller(carol).get(f"wallets/{wallet['id']}/holds").json()["results"]
        assert [(h["amount"], h["conditions"]) for h in holds] == [("30.00", ["kyc"])]
        assert holds[0]["reason"] == "your identity check is not finished"
        assert holds[0]["transaction"] == answer.json()["id"]

    def test_a_first_payment_opens_the_payees_wallet(self, alice, sides):
        fresh = make_customer("dora")
        body = {"to": fresh.email, "amount": "1.00", "currency": "GBP"}
        assert Caller(alice).post("transfer", body).status_code == 201
        (wallet,) = Caller(fresh).get("wallets").json()["results"]
        assert (wallet["available"], wallet["is_primary"]) == ("1.00", True)

    def test_a_payment_that_cannot_be_made_opens_no_wallet(self, alice, sides):
        fresh = make_customer("dora")
        body = {"to": fresh.email, "amount": "100.01", "currency": "GBP"}
        assert Caller(alice).post("transfer", body).json()["code"] == "INSUFFICIENT_FUNDS"
        assert not Wallet.objects.filter(owner=fresh).exists()

    def test_a_frozen_payer_opens_no_wallet_either(self, alice, sides):
        fresh = make_customer("dora")
        wallet_services.freeze(sides[0])
        body = {"to": fresh.email, "amount": "1.00", "currency": "GBP"}
        assert Caller(alice).post("transfer", body).json()["code"] == "WALLET_FROZEN"
        assert not Wallet.objects.filter(owner=fresh).exists()


class TestRepeat:
    def test_gets_the_same_bytes_and_moves_nothing(self, sides, alice, body):
        caller, key = Caller(alice), new_key()
        first = caller.post("transfer", body, key=key)
        counts = (
            Transaction.objects.count(),
            Posting.objects.count(),
            balances(*[w.pk for w in sides]),
        )
        for _ in range(5):
            again = Caller(alice).post("transfer", body, key=key)
            assert (again.status_code, again.content) == (201, first.content)
            assert again.headers["X-Idempotent-Replay"] == "true"
            assert again.headers["Location"] == first.headers["Location"]
        assert counts == (
            Transaction.objects.count(),
            Posting.objects.count(),
            balances(*[w.pk for w in sides]),
        )

    @pytest.mark.parametrize(
        "change",
        [{"amount": "30.01"}, {"amount": "30.0"}, {"note": "x"}, {"to": "nobody@example.com"}],
    )
    def test_the_same_key_with_another_body_conflicts(self, sides, alice, body, change):
        caller, key = Caller(alice), new_key()
        caller.post("transfer", body, key=key)
        before = balances(*[w.pk for w in sides])
        answer = caller.post("transfer", {**body, **change}, key=key)
        assert (answer.status_code, answer.json()["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
        assert balances(*[w.pk for w in sides]) == before

    def test_two_callers_use_the_same_key_without_knowing(self, sides, alice, bob, body):
        key = new_key()
        first = Caller(alice).post("transfer", body, key=key)
        second = Caller(bob).post("transfer", {**body, "to": alice.email}, key=key)
        assert (first.status_code, second.status_code) == (201, 201)
        assert "X-Idempotent-Replay" not in second.headers
        assert first.json()["id"] != second.json()["id"]

    def test_a_paid_transfer_is_told_again_when_it_would_be_refused_now(
        self, sides, alice, bob, body
    ):
        caller, key = Caller(alice), new_key()
        first = caller.post("transfer", body, key=key)
        wallet_services.freeze(sides[1])
        again = caller.post("transfer", body, key=key)
        assert (again.status_code, again.content) == (201, first.content)
        assert again.headers["Location"] == first.headers["Location"]
        refused = caller.post("transfer", body)
        assert refused.json()["code"] == "RECIPIENT_UNAVAILABLE"

    def test_a_refusal_that_is_not_kept_may_be_sent_again(self, sides, alice, body):
        caller, key = Caller(alice), new_key()
        wallet_services.freeze(sides[1])
        assert caller.post("transfer", body, key=key).status_code == 403
        assert not IdempotencyKey.objects.filter(key=key).exists()
        wallet_services.unfreeze(sides[1])
        assert caller.post("transfer", body, key=key).status_code == 201

    def test_a_fault_leaves_nothing_and_the_key_works_afterwards(
        self, sides, alice, body, monkeypatch
    ):
        caller, key = Caller(alice), new_key()

        def fail(*_args, **_kwargs):
            raise RuntimeError("secret detail")

        with monkeypatch.context() as patched:
            patched.setattr(transfers.posting, "book", fail)
            answer = caller.post("transfer", body, key=key)
        assert (answer.status_code, answer.json()["code"]) == (500, "SERVER_ERROR")
        assert b"secret" not in answer.content
        assert not IdempotencyKey.objects.filter(key=key).exists()
        assert caller.post("transfer", body, key=key).status_code == 201

    def test_after_a_day_the_key_names_the_original_and_moves_nothing(
        self, sides, alice, body, monkeypatch
    ):
        caller, key = Caller(alice), new_key()
        first = caller.post("transfer", body, key=key).json()
        before = balances(*[w.pk for w in sides])
        monkeypatch.setattr(posting, "LIFETIME", timedelta(0))
        answer = caller.post("transfer", body, key=key)
        assert (answer.status_code, answer.json()["code"]) == (422, "IDEMPOTENCY_KEY_EXPIRED")
        assert answer.json()["original"] == first["id"]
        assert balances(*[w.pk for w in sides]) == before


class TestAudit:
    def test_names_actor_request_and_address(self, sides, alice, body):
        answer = Caller(alice).post("transfer", body, headers={"X-Request-Id": "asked-by-alice"})
        assert answer.headers["X-Request-Id"] == "asked-by-alice"
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT actor_id, actor_kind, request_id, host(address) FROM events_auditevent"
                " WHERE object_id = %s",
                [answer.json()["id"]],
            )
            assert cursor.fetchall() == [(alice.pk, "customer", "asked-by-alice", "127.0.0.1")]


class TestRefusal:
    def test_to_oneself_moves_nothing(self, sides, alice, body):
        answer = Caller(alice).post("transfer", {**body, "to": alice.email})
        assert (answer.status_code, answer.json()["code"]) == (400, "SELF_TRANSFER")
        assert balances(sides[0].pk) == [(100, 0)]

    def test_without_a_wallet_in_the_currency_there_is_nothing_to_send(self, sides, alice, body):
        answer = Caller(alice).post("transfer", {**body, "currency": "USD"})
        assert answer.json()["code"] == "INSUFFICIENT_FUNDS"
        assert answer.json()["available"] == "0.00"
        assert Wallet.objects.filter(currency_id="USD", owner=alice).count() == 0

    def test_to_a_wallet_of_another_currency_is_refused(self, sides, alice, bob, body):
        dollars = wallet_of(bob, "USD")
        answer = Caller(alice).post("transfer", {**body, "to": str(dollars.public_id)})
        assert (answer.status_code, answer.json()["code"]) == (400, "CURRENCY_MISMATCH")
        assert balances(*[w.pk for w in sides]) == [(100, 0), (0, 0)]
