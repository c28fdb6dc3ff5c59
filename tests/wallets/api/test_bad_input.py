"""Bad input to POST transfer: a clear 4xx in problem+json, and no row written."""

import json

import pytest
from django.db import connection

from tests.api_client import Caller, new_key
from tests.conftest import make_customer, wallet_of

pytestmark = pytest.mark.django_db

GOOD = {"to": "BOB", "amount": "1.00", "currency": "GBP"}
TABLES = (
    "wallets_transaction",
    "wallets_journal",
    "wallets_posting",
    "wallets_hold",
    "wallets_wallet",
    "wallets_idempotencykey",
    "events_auditevent",
    "events_outboxevent",
)


def changed(**members):
    return json.dumps({**GOOD, **members}).encode()


def without(name):
    return json.dumps({k: v for k, v in GOOD.items() if k != name}).encode()


def raw(amount):
    """An amount that is no JSON string."""
    return f'{{"to": "BOB", "amount": {amount}, "currency": "GBP"}}'.encode()


AMOUNTS = [
    "NaN", "nan", "sNaN", "Infinity", "-Infinity", "inf", "1e2", "1E2", "1e-2", "0x10", "0b1",
    "1_000", "1,000.00", "1 000", " 1.00", "1.00 ", "1.00\n", "\t1", "+1.00", "-1.00", "-0", "--1",
    "0", "0.00", "00.01", "01.00", ".5", "1.", "1..0", "1.0.0", "1.001", "0.0000000000000000001",
    "1" * 21, "9" * 400, "", " ", "one", "\u0661.\u0660\u0660", "\uff11", "1\u00b2", "\u2460",
    "1\u200b", "1;2", "'1'", "1.00'; DROP TABLE wallets_wallet; --", "{{1}}", "$1.00", "1.00 GBP",
    "1/2", "1%",
]  # fmt: skip
NO_STRINGS = [
    "1", "1.00", "1e2", "-1", "0", "true", "null", "[]", '["1.00"]', "{}", "NaN", "Infinity",
    "-Infinity", "1" * 50, "1" * 5000,
]  # fmt: skip

CASES = {
    **{f"amount {text[:24]!a}": changed(amount=text) for text in AMOUNTS},
    **{f"amount no string {text[:12]}": raw(text) for text in NO_STRINGS},
    "unknown currency": changed(currency="XXX"),
    "currency in small letters": changed(currency="gbp"),
    "currency with a space": changed(currency="GBP "),
    "currency of other letters": changed(currency="\uff27\uff22\uff30"),
    "currency no string": changed(currency=826),
    "currency a list": changed(currency=["GBP"]),
    "currency null": changed(currency=None),
    "currency empty": changed(currency=""),
    "currency too long": changed(currency="G" * 13),
    "currency another than the wallet's": changed(to="WALLET", currency="USD"),
    "more decimals than yen have": changed(amount="1.5", currency="JPY"),
    "nineteen decimals of ether": changed(amount="0." + "0" * 18 + "1", currency="ETH"),
    "unknown recipient": changed(to="nobody@example.com"),
    "unknown wallet": changed(to="00000000-0000-4000-8000-000000000000"),
    "no address": changed(to="bob"),
    "recipient no string": changed(to=1),
    "recipient an object": changed(to={"email": "BOB"}),
    "recipient null": changed(to=None),
    "recipient empty": changed(to=""),
    "recipient too long": changed(to="a" * 250 + "@example.com"),
    "recipient with NUL": changed(to="bob\x00@example.com"),
    "recipient with a line break": changed(to="BOB\r\nX: y"),
    "several recipients": changed(to="a@example.com,b@example.com"),
    "note no string": changed(note=1),
    "note too long": changed(note="n" * 141),
    "note with a control character": changed(note="\x01"),
    "note with NUL": changed(note="a\x00b"),
    "note half a character": b'{"to":"BOB","amount":"1.00","currency":"GBP","note":"\\ud800"}',
    "note null": changed(note=None),
    "no recipient": without("to"),
    "no amount": without("amount"),
    "no currency": without("currency"),
    "an unknown member": changed(fee="0.00"),
    "somebody else's wallet as payer": changed(payer="WALLET"),
    "member in other case": changed(Amount="1.00"),
    "proto": changed(__proto__={"admin": True}),
    "amount twice": b'{"to":"BOB","amount":"1.00","amount":"9.00","currency":"GBP"}',
    "amount twice by escape": (
        b'{"to":"BOB","amount":"1.00","\\u0061mount":"9.00","currency":"GBP"}'
    ),
    "no body": b"",
    "empty object": b"{}",
    "null": b"null",
    "a list": b"[]",
    "a list of transfers": json.dumps([GOOD]).encode(),
    "a string": b'"transfer"',
    "a number": b"1",
    "cut off": changed()[:-1],
    "two objects": changed() + changed(),
    "trailing comma": changed()[:-1] + b",}",
    "single quotes": changed().replace(b'"', b"'"),
    "a comment": b"/* pay */" + changed(),
    "byte order mark": b"\xef\xbb\xbf" + changed(),
    "UTF-16": changed().decode().encode("utf-16"),
    "bad UTF-8": changed().replace(b"BOB", b"\xff\xfe"),
    "raw control character": changed().replace(b"BOB", b"B\x00B"),
    "too deep": b'{"note":' + b"[" * 40 + b"]" * 40 + b"}",
    "far too deep": b'{"note":' + b"[" * 30000 + b"]" * 30000 + b"}",
    "a form": b"to=BOB&amount=1.00&currency=GBP",
    "too large": changed(note="n" * 70_000),
    "too large by white space": changed() + b" " * 70_000,
}


@pytest.fixture
def sides():
    """A payer with money and a payee, with wallets in every currency of the cases."""
    alice, bob = make_customer("alice"), make_customer("bob")
    for currency in ("GBP", "USD", "JPY", "ETH"):
        wallet_of(alice, currency, funded="50")
    return alice, bob, wallet_of(bob)


def count_rows():
    with connection.cursor() as cursor:
        counts = []
        for table in TABLES:
            cursor.execute(f"SELECT count(*) FROM {table}")
            counts += cursor.fetchall()
        cursor.execute("SELECT sum(version), sum(available) FROM wallets_wallet")
        return [*counts, cursor.fetchone()]


def require_problem(answer, *statuses):
    assert answer.status_code in statuses, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["request_id"] == answer.headers["X-Request-Id"]
    assert problem["type"] == f"/api/docs/errors#{problem['code']}"
    assert {"title", "detail", "instance"} <= set(problem)
    shown = answer.content.decode().lower()
    assert not any(word in shown for word in ("traceback", "psycopg", "select ", "django", "line "))
    return problem


class TestBody:
    @pytest.mark.parametrize("name", CASES)
    def test_is_refused_and_nothing_is_written(self, sides, name):
        alice, bob, wallet = sides
        body = CASES[name].replace(b'"BOB"', f'"{bob.email}"'.encode())
        body = body.replace(b'"WALLET"', f'"{wallet.public_id}"'.encode())
        caller, before = Caller(alice), count_rows()
        answer = caller.post("transfer", body)
        require_problem(answer, 400, 403, 413, 415)
        assert count_rows() == before

    def test_the_good_body_that_the_bad_ones_are_made_of_is_taken(self, sides):
        alice, bob, _ = sides
        before = count_rows()
        assert Caller(alice).post("transfer", {**GOOD, "to": bob.email}).status_code == 201
        assert count_rows() != before

    def test_there_are_many_cases(self):
        assert len(CASES) >= 60

    @pytest.mark.parametrize(
        ("members", "pointer", "code"),
        [
            ({"amount": "1e2"}, "/amount", "AMOUNT_INVALID"),
            ({"amount": 1}, "/amount", "AMOUNT_INVALID"),
            ({"amount": "1.001"}, "/amount", "AMOUNT_INVALID"),
            ({"amount": "0"}, "/amount", "AMOUNT_INVALID"),
            ({"currency": "XXX"}, "/currency", "CURRENCY_UNKNOWN"),
            ({"a/b~c": "1"}, "/a~1b~0c", "UNKNOWN_FIELD"),
            ({"to": 1}, "/to", "NOT_A_STRING"),
        ],
    )
    def test_each_error_names_its_place(self, sides, members, pointer, code):
        alice, bob, _ = sides
        answer = Caller(alice).post("transfer", {**GOOD, "to": bob.email, **members})
        problem = require_problem(answer, 400)
        assert problem["code"] == "VALIDATION_ERROR"
        assert [(e["pointer"], e["code"]) for e in problem["errors"]] == [(pointer, code)]

    @pytest.mark.parametrize(
        "content_type",
        ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "text/json",
         "application/jsonp", "application/json5", "application/xml"],
    )  # fmt: skip
    def test_of_another_media_type_is_refused(self, sides, content_type):
        alice, bob, _ = sides
        caller, before = Caller(alice), count_rows()
        body = json.dumps({**GOOD, "to": bob.email}).encode()
        answer = caller.post("transfer", body, content_type=content_type)
        assert require_problem(answer, 415)["code"] == "UNSUPPORTED_MEDIA_TYPE"
        assert count_rows() == before

    def test_an_unknown_query_parameter_is_refused(self, sides):
        alice, bob, _ = sides
        caller, before = Caller(alice), count_rows()
        answer = caller.post("transfer?amount=9.00", {**GOOD, "to": bob.email})
        assert require_problem(answer, 400)["errors"][0]["code"] == "UNKNOWN_FIELD"
        assert count_rows() == before


class TestKey:
    @pytest.mark.parametrize(
        ("key", "code"),
        [
            (None, "IDEMPOTENCY_KEY_REQUIRED"),
            (" ", "IDEMPOTENCY_KEY_REQUIRED"),
            ('""', "INVALID_IDEMPOTENCY_KEY"),
            ("k" * 15, "INVALID_IDEMPOTENCY_KEY"),
            ("k" * 65, "INVALID_IDEMPOTENCY_KEY"),
            ('"' + "k" * 65 + '"', "INVALID_IDEMPOTENCY_KEY"),
            ("key with a space in", "INVALID_IDEMPOTENCY_KEY"),
            ("key-with-a-tab\tin-it", "INVALID_IDEMPOTENCY_KEY"),
            ("key-of-other-signs-\u00e9", "INVALID_IDEMPOTENCY_KEY"),
            ("key-of-two-headers-1,key-of-two-headers-2", "INVALID_IDEMPOTENCY_KEY"),
            ('"key-of-two-headers","key-of-two-headers"', "INVALID_IDEMPOTENCY_KEY"),
        ],
    )
    def test_of_another_form_is_refused_and_nothing_is_written(self, sides, key, code):
        alice, bob, _ = sides
        caller, before = Caller(alice), count_rows()
        answer = caller.post("transfer", {**GOOD, "to": bob.email}, key=key)
        assert require_problem(answer, 400)["code"] == code
        assert count_rows() == before

    @pytest.mark.parametrize("key", ["k" * 16, "k" * 64, "!#$%&'()*+-./:;<=>?@"])
    def test_of_the_right_form_is_taken_bare_and_quoted_as_one(self, sides, key):
        alice, bob, _ = sides
        body = {**GOOD, "to": bob.email}
        first = Caller(alice).post("transfer", body, key=key)
        again = Caller(alice).post("transfer", body, key=f'"{key}"')
        assert (first.status_code, again.status_code) == (201, 201)
        assert again.content == first.content
        assert again.headers["X-Idempotent-Replay"] == "true"


class TestCaller:
    @pytest.mark.parametrize(
        "header",
        ["", "Bearer", "Bearer ", "Bearer nothing", "Basic YWxpY2U6cHc=", "Token chat_x", "chat_x",
         "Bearer chat_" + "A" * 43, "Bearer chat_" + "A" * 5000, "Bearer chat_\u00e9"],
    )  # fmt: skip
    def test_without_a_valid_token_nothing_moves(self, sides, header):
        _, bob, _ = sides
        caller, before = Caller(), count_rows()
        headers = {"Authorization": header} if header else {}
        answer = caller.post("transfer", {**GOOD, "to": bob.email}, headers=headers)
        assert require_problem(answer, 401)["code"] == "UNAUTHENTICATED"
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert count_rows() == before

    def test_a_browser_session_is_no_token(self, sides, signed_in):
        alice, bob, _ = sides
        before = count_rows()
        answer = signed_in(alice).post(
            "/api/v1/transfer",
            {**GOOD, "to": bob.email},
            content_type="application/json",
            headers={"Idempotency-Key": new_key()},
        )
        require_problem(answer, 401)
        assert count_rows() == before
