"""One key, many requests: committed for good, each thread on a connection of its own."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, connections

from tests.api_client import Caller, new_key
from tests.conftest import make_customer, wallet_of
from wallets.models import IdempotencyKey, Journal, Transaction
from wallets.services import wallets as wallet_services

pytestmark = pytest.mark.usefixtures("committed_db")
CALLERS = 20
XACT_IDS = """
SELECT 'key', xact_id::text FROM wallets_idempotencykey WHERE key = %(key)s
 UNION ALL
SELECT 'transaction', xact_id::text FROM wallets_transaction WHERE public_id = %(id)s::uuid
 UNION ALL
SELECT 'journal', j.xact_id::text FROM wallets_journal AS j
  JOIN wallets_transaction AS t ON t.id = j.transaction_id WHERE t.public_id = %(id)s::uuid
 UNION ALL
SELECT 'audit', xact_id::text FROM events_auditevent WHERE object_id = %(id)s::text
 UNION ALL
SELECT 'outbox', xact_id::text FROM events_outboxevent WHERE object_id = %(id)s::text
"""


@pytest.fixture
def sides(committed_db):
    alice, bob = make_customer("alice"), make_customer("bob")
    return wallet_of(alice, funded="100.00"), wallet_of(bob)


def body_for(wallet, amount="30.00"):
    return {"to": wallet.owner.email, "amount": amount, "currency": "GBP"}


def available(*wallets):
    for wallet in wallets:
        wallet.refresh_from_db()
    return [wallet.available for wallet in wallets]


def at_once(send):
    """Run a call in many threads that start together."""
    barrier = Barrier(CALLERS)

    def run(_):
        try:
            barrier.wait(timeout=10)
            return send()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(CALLERS) as pool:
        return list(pool.map(run, range(CALLERS)))


def kept_keys(key):
    return IdempotencyKey.objects.filter(key=key).count()


class TestSameKeyAtOnce:
    def test_moves_the_money_once(self, sides):
        payer, payee = sides
        caller, key = Caller(payer.owner), new_key() + "-at-once"
        answers = at_once(lambda: caller.post("transfer", body_for(payee), key=key))
        statuses = {answer.status_code for answer in answers}
        assert statuses <= {201, 409}
        assert 201 in statuses
        first = [a for a in answers if a.status_code == 201]
        assert len({a.content for a in first}) == 1
        assert sum("X-Idempotent-Replay" not in a.headers for a in first) == 1
        for refused in (a for a in answers if a.status_code == 409):
            assert refused.json()["code"] == "IDEMPOTENCY_IN_PROGRESS"
            assert refused.headers["Retry-After"] == "1"
        assert available(payer, payee) == [70, 30]
        assert Transaction.objects.filter(payer_wallet=payer).count() == 1
        assert Journal.objects.filter(transaction__payer_wallet=payer).count() == 1
        assert kept_keys(key) == 1

    def test_keeps_one_refusal_for_all(self, sides):
        payer, payee = sides
        caller, key = Caller(payer.owner), new_key() + "-refused"
        answers = at_once(lambda: caller.post("transfer", body_for(payee, "100.01"), key=key))
        assert {a.status_code for a in answers} <= {400, 409}
        told = [a for a in answers if a.status_code == 400]
        assert {a.json()["code"] for a in told} == {"INSUFFICIENT_FUNDS"}
        assert len({a.content for a in told}) == 1
        assert sum("X-Idempotent-Replay" not in a.headers for a in told) == 1
        assert available(payer, payee) == [100, 0]
        assert kept_keys(key) == 1

    def test_two_bodies_under_one_key_move_one_of_them(self, sides):
        payer, payee = sides
        caller, key = Caller(payer.owner), new_key() + "-two-bodies"
        amounts = iter(["10.00", "20.00"] * CALLERS)
        answers = at_once(lambda: caller.post("transfer", body_for(payee, next(amounts)), key=key))
        assert {a.status_code for a in answers} <= {201, 409, 422}
        assert available(payer)[0] in (90, 80)
        assert Transaction.objects.filter(payer_wallet=payer).count() == 1


class TestAtomic:
    def test_key_money_audit_and_outbox_are_one_database_transaction(self, sides):
        payer, payee = sides
        key = new_key() + "-atomic"
        answer = Caller(payer.owner).post("transfer", body_for(payee), key=key)
        other = Caller(payer.owner).post("transfer", body_for(payee, "1.00"))
        with connection.cursor() as cursor:
            cursor.execute(XACT_IDS, {"key": key, "id": answer.json()["id"]})
            rows = cursor.fetchall()
            cursor.execute(XACT_IDS, {"key": "", "id": other.json()["id"]})
            others = cursor.fetchall()
        names = sorted(name for name, _ in rows)
        assert names == ["audit", "journal", "key", "outbox", "transaction"]
        assert len({xact for _, xact in rows}) == 1
        assert {xact for _, xact in rows}.isdisjoint({xact for _, xact in others})


class TestRefusal:
    @pytest.mark.parametrize("known", [True, False])
    def test_of_too_much_names_amounts_alike_whether_the_ledger_says_so_or_not(self, sides, known):
        payer, payee = sides
        to = payee.owner.email if known else make_customer("dora").email
        big = {"to": to, "amount": "100.50", "currency": "GBP"}
        answer = Caller(payer.owner).post("transfer", big).json()
        assert (answer["available"], answer["required"]) == ("100.00", "100.50")

    def test_is_told_again_even_when_there_is_money_now(self, sides):
        payer, payee = sides
        caller, key, big = Caller(payer.owner), new_key() + "-kept", body_for(payee, "100.01")
        first = caller.post("transfer", big, key=key)
        assert (first.status_code, first.json()["code"]) == (400, "INSUFFICIENT_FUNDS")
        assert (first.json()["available"], first.json()["required"]) == ("100.00", "100.01")
        wallet_of(payer.owner, funded="50.00")
        again = caller.post("transfer", big, key=key)
        assert (again.status_code, again.content) == (400, first.content)
        assert again.headers["X-Idempotent-Replay"] == "true"
        assert again.headers["Content-Type"] == "application/problem+json"
        assert available(payer, payee) == [150, 0]
        assert caller.post("transfer", big).status_code == 201

    def test_money_of_a_frozen_wallet_does_not_leave(self, sides):
        payer, payee = sides
        wallet_services.freeze(payer)
        key = new_key() + "-frozen"
        answer = Caller(payer.owner).post("transfer", body_for(payee), key=key)
        assert (answer.status_code, answer.json()["code"]) == (403, "WALLET_FROZEN")
        assert available(payer, payee) == [100, 0]
        assert not Transaction.objects.filter(payer_wallet=payer).exists()

    def test_a_key_that_is_being_claimed_is_not_waited_for_long(self, sides):
        payer, payee = sides
        caller, key = Caller(payer.owner), new_key() + "-claimed"
        other = connection.copy()
        try:
            other.set_autocommit(False)
            with other.cursor() as cursor:
                cursor.execute(
                    "SELECT keep_answer_v1(%s, %s, %s, NULL, NULL)",
                    [payer.owner_id, key, b"x" * 32],
                )
                answer = caller.post("transfer", body_for(payee), key=key)
        finally:
            other.rollback()
            other.close()
        assert (answer.status_code, answer.json()["code"]) == (409, "IDEMPOTENCY_IN_PROGRESS")
        assert answer.headers["Retry-After"] == "1"
        assert available(payer, payee) == [100, 0]
        assert caller.post("transfer", body_for(payee), key=key).status_code == 201
