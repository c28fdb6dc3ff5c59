"""A key's repeat is faithful: the same bytes and nothing more, and nothing else under that key."""

import json
import random
import statistics
import time

import pytest
from django.db import connection

from tests.api_client import Caller, new_key
from tests.conftest import make_customer, wallet_of
from tests.size import many
from tests.wallets.api.test_withdraw import ask
from tests.wallets.leaving import leaver, place

TABLES = (
    "wallets_transaction", "wallets_journal", "wallets_posting", "wallets_hold", "wallets_receipt",
    "wallets_idempotencykey", "wallets_withdrawal", "events_auditevent", "events_outboxevent",
    "users_confirmation", "wallets_allowance",
)  # fmt: skip
REPEATS = 20


def rows():
    with connection.cursor() as cursor:
        found = []
        for table in TABLES:
            cursor.execute(f"SELECT count(*) FROM {table}")
            found += cursor.fetchone()
        cursor.execute("SELECT sum(version), sum(total) FROM wallets_wallet")
        return [*found, cursor.fetchone()]


@pytest.mark.django_db
class TestRepeat:
    @pytest.fixture
    def ann(self):
        return leaver()

    def faithful(self, send):
        first = send()
        assert first.status_code in (200, 201), first.content
        assert "X-Idempotent-Replay" not in first.headers
        send()
        before = rows()
        for _ in range(REPEATS - 1):
            again = send()
            assert (again.status_code, again.content) == (first.status_code, first.content)
            assert again.headers["X-Idempotent-Replay"] == "true"
            assert again.headers.get("Location") == first.headers.get("Location")
        assert rows() == before

    def test_of_a_transfer(self, ann, bob):
        key, caller = new_key(), Caller(ann)
        body = {"to": bob.email, "amount": "5.00", "currency": "GBP"}
        self.faithful(lambda: caller.post("transfer", body, key=key))

    def test_of_a_deposit(self, ann):
        key, caller = new_key(), Caller(ann)
        body = {"amount": "5.00", "currency": "GBP", "external_ref": "faithful"}
        self.faithful(lambda: caller.post("deposit", body, key=key))

    def test_of_a_withdrawal_and_of_taking_it_back(self, ann):
        key, there = new_key(), place(ann)
        made = ask(ann, there, key)
        body = {"amount": "100.00", "currency": "GBP", "destination": str(there.public_id)}
        caller, before = Caller(ann), rows()
        for _ in range(REPEATS):
            again = caller.post("withdraw", body, key=key)
            assert (again.content, again.headers["X-Idempotent-Replay"]) == (made.content, "true")
        assert rows() == before
        back = new_key()
        path = f"withdraw/{made.json()['id']}/cancel"
        self.faithful(lambda: caller.post(path, {}, key=back))

    def test_of_a_refund(self, ann, bob):
        wallet_of(bob)
        body = {"to": bob.email, "amount": "5.00", "currency": "GBP"}
        paid = Caller(ann).post("transfer", body).json()["id"]
        key, caller = new_key(), Caller(bob)
        self.faithful(lambda: caller.post(f"transactions/{paid}/refund", {}, key=key))

    def test_of_a_recall(self, ann, carol):
        body = {"to": carol.email, "amount": "5.00", "currency": "GBP"}
        paid = Caller(ann).post("transfer", body).json()["id"]
        key, caller = new_key(), Caller(ann)
        self.faithful(lambda: caller.post(f"transfer/{paid}/recall", {}, key=key))


def written_otherwise(body, chance):
    """Write the same members in another way: order, white space, escapes."""
    members = list(body.items())
    chance.shuffle(members)
    space = chance.choice(["", " ", "\n", "\t ", "  \r\n"])
    pairs = [
        f"{_text(name, chance)}{space}:{space}{_text(value, chance)}" for name, value in members
    ]
    return f"{space}{{{space}{f'{space},{space}'.join(pairs)}{space}}}{space}".encode()


def _text(text, chance):
    if chance.random() < 0.5:
        return json.dumps(text)
    return '"' + "".join(f"\\u{ord(sign):04x}" for sign in text) + '"'


def mutated(body, chance, others):
    """Change one value, leave a member out, or add one."""
    changed = dict(body)
    name = chance.choice([*body, "gone"])
    if name == "gone":
        del changed["note"]
    elif name == "amount":
        changed["amount"] = f"{chance.randint(1, 99)}.{chance.randint(0, 99):02}"
    elif name == "currency":
        changed["currency"] = "USD"
    elif name == "to":
        changed["to"] = chance.choice(others)
    else:
        changed["note"] += chance.choice([" ", "x", "\u200b", "."])
    return None if changed == body else changed


@pytest.mark.django_db
def test_equal_bodies_are_repeats_and_changed_ones_are_refused(alice, bob, carol):
    chance = random.Random(20260504)  # noqa: S311  # it keeps no secret
    for currency in ("GBP", "USD"):
        wallet_of(alice, currency, funded="1000.00")
    others = [carol.email, str(wallet_of(bob).public_id), bob.email.upper()]
    body = {"to": bob.email, "amount": "7.00", "currency": "GBP", "note": "caf\u00e9"}
    key, caller = new_key(), Caller(alice)
    first = caller.post("transfer", body, key=key)
    before = rows()
    for _ in range(many(60, 1_000)):
        again = caller.post("transfer", written_otherwise(body, chance), key=key)
        assert (again.status_code, again.content) == (201, first.content)
        other = mutated(body, chance, others)
        if other is not None:
            refused = caller.post("transfer", other, key=key)
            assert (refused.status_code, refused.json()["code"]) == (
                422,
                "IDEMPOTENCY_KEY_REUSED",
            ), other
    assert rows() == before


@pytest.mark.django_db
def test_another_path_or_method_under_the_key_is_another_request(alice, bob):
    wallet_of(alice, funded="10.00")
    key, caller = new_key(), Caller(alice)
    body = {"amount": "1.00", "currency": "GBP"}
    assert caller.post("transfer", {**body, "to": bob.email}, key=key).status_code == 201
    refused = caller.post("deposit", {**body, "external_ref": "other-path"}, key=key)
    assert (refused.status_code, refused.json()["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")


def test_while_the_first_still_runs_the_answer_does_not_wait_for_it(committed_db):
    alice, bob = make_customer("alice"), make_customer("bob")
    wallet_of(alice, funded="10.00")
    caller, key = Caller(alice), new_key() + "-runs"
    body = {"to": bob.email, "amount": "1.00", "currency": "GBP"}
    caller.post("transfer", body)  # what is read once is read
    first, took = connection.copy(), []
    try:
        first.set_autocommit(False)
        with first.cursor() as cursor:
            cursor.execute(
                "SELECT keep_answer_v1(%s, %s, %s, NULL, NULL)", [alice.pk, key, b"x" * 32]
            )
        for _ in range(20):
            began = time.perf_counter()
            answer = caller.post("transfer", body, key=key)
            took.append(time.perf_counter() - began)
            assert (answer.status_code, answer.json()["code"]) == (409, "IDEMPOTENCY_IN_PROGRESS")
            assert answer.headers["Retry-After"] == "1"
    finally:
        first.rollback()
        first.close()
    assert statistics.median(took) < 0.3, took  # 200 ms of them for the claim
