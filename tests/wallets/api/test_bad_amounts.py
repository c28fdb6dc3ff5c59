"""Every endpoint that takes an amount refuses what is none, names the field, and writes nothing."""

import json
import random
import re
from decimal import Decimal

import pytest
from django.db import connection

from coinhub.core.money import WIRE_PATTERN
from coinhub.users import roles
from tests.api_client import Caller, new_key
from tests.coinhub.core.bad_amounts import BAD_FORMS
from tests.conftest import make_staff, wallet_of
from tests.size import many
from tests.truth import document
from tests.wallets.leaving import enrol, place

pytestmark = pytest.mark.django_db

FINER = ["1.001", "0.001", "1.000", "99.999", "0.010"]  # than pounds and dollars are
ZERO = ["0", "0.0", "0.00"]
# Method, path, body besides the amount, the member that holds it, and who may call.
ENDPOINTS = {
    "transfer": ("post", "transfer", {"to": "bob", "currency": "GBP"}, "amount", "alice"),
    "withdraw": (
        "post",
        "withdraw",
        {"currency": "GBP", "destination": "place"},
        "amount",
        "alice",
    ),
    "crypto_bank_withdraw": (
        "post",
        "crypto-bank/withdraw",
        {"currency": "GBP", "destination": "place"},
        "amount",
        "alice",
    ),
    "deposit": (
        "post",
        "deposit",
        {"currency": "GBP", "external_ref": "bank-1"},
        "amount",
        "alice",
    ),
    "transaction_refund": ("post", "transactions/PAID/refund", {}, "amount", "bob"),
    "make_api_key": (
        "post",
        "api-keys",
        {"label": "shop", "scopes": ["transfer"], "networks": ["192.0.2.0/24"]},
        "spend_cap_usd",
        "alice",
    ),
    "test_credit": ("post", "test/credit", {"user_id": "bob's id", "currency": "GBP"}, "amount",
                    "maker"),
    "admin_points": (
        "put",
        "admin/users/BOB/points",
        {"change": "grant", "reason": "because they asked"},
        "amount",
        "maker",
    ),
    "admin_refund": (
        "post",
        "admin/transactions/PAID/refund",
        {"reason": "because they asked"},
        "amount",
        "maker",
    ),
    "admin_reverse": (
        "post",
        "admin/transactions/PAID/reverse",
        {"reason": "because they asked"},
        "amount",
        "maker",
    ),
}  # fmt: skip
SIGNED = {"rail_notice"}  # nobody gets as far as its body without the rail's signature
ALPHABET = (
    "0123456789" * 3 + "..,,--++eE_ '\t\n\x00\u0660\u00b2\uff11\u2212\u066b\u200b$%/xXnaNifINF"
)


def generated(count, *, seed=20260503):
    """Make texts that look like amounts and are none."""
    chance = random.Random(seed)  # noqa: S311  # it keeps no secret
    good = re.compile(WIRE_PATTERN.removesuffix("$") + r"\Z", re.ASCII)
    made = set()
    while len(made) < count:
        digits = "".join(chance.choices("0123456789", k=chance.randint(0, 22)))
        text = list(f"{digits}.{chance.randint(0, 99):02}" if chance.random() < 0.5 else digits)
        for _ in range(chance.randint(0, 3)):
            text.insert(chance.randint(0, len(text)), chance.choice(ALPHABET))
        whole = "".join(text)
        if not good.match(whole) or len(whole.partition(".")[2]) > 2 or not Decimal(whole):
            made.add(whole)
    return sorted(made)


def as_json(form):
    """Write a form as its sender would: what is no text is what JSON makes of it."""
    return str(form) if isinstance(form, Decimal) else json.dumps(form, default=str)


@pytest.fixture
def cast(alice, bob):
    enrol(alice)
    wallet_of(alice, funded="1000.00")
    wallet_of(bob)
    to_bob = {"to": bob.email, "amount": "60.00", "currency": "GBP"}
    paid = Caller(alice).post("transfer", to_bob).json()["id"]
    people = {"alice": alice, "bob": bob, "maker": make_staff("maker", roles.OPERATIONS)}
    words = {
        "PAID": paid,
        "BOB": str(bob.pk),
        "bob": bob.email,
        "bob's id": str(bob.pk),
        "place": str(place(alice).public_id),
    }
    return people, words


def sender(cast, name):
    """Give what sends one form of an amount to an endpoint."""
    people, words = cast
    method, path, body, field, who = ENDPOINTS[name]
    caller = Caller(people[who])
    for word in ("PAID", "BOB"):
        path = path.replace(word, words[word])
    fixed = {
        key: words.get(value, value) if isinstance(value, str) else value
        for key, value in body.items()
    }
    start = json.dumps(fixed)[:-1] + (", " if fixed else "")
    send = getattr(caller.client, method)

    def sent(form):
        data = f"{start}{json.dumps(field)}: {as_json(form)}}}".encode("utf-8", "surrogatepass")
        headers = {**caller.headers, "Idempotency-Key": new_key()}
        return send(f"/api/v1/{path}", data, content_type="application/json", headers=headers)

    return sent, f"/{field}"


def rows():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM wallets_transaction),"
            " (SELECT count(*) FROM wallets_idempotencykey), (SELECT count(*) FROM"
            " events_auditevent), (SELECT count(*) FROM approvals_approval),"
            " (SELECT sum(version) FROM wallets_wallet)"
        )
        return cursor.fetchone()


def require_refused(answer, form, pointer):
    assert answer.status_code == 400, (form, answer.status_code, answer.content)
    problem = answer.json()
    if problem["code"] == "MALFORMED_JSON":  # no JSON at all, so it has no fields
        return
    assert problem["code"] == "VALIDATION_ERROR", (form, problem)
    assert [error["pointer"] for error in problem["errors"]] == [pointer], (form, problem)


@pytest.mark.parametrize("name", ENDPOINTS)
def test_what_is_no_amount_is_refused_at_its_place(cast, name):
    send, pointer = sender(cast, name)
    before = rows()
    finer = [] if name == "admin_points" else FINER
    for form in [*BAD_FORMS, *finer, *ZERO, *generated(many(60, 10_000))]:
        require_refused(send(form), form, pointer)
    assert rows() == before


def test_every_endpoint_that_takes_an_amount_is_here():
    found = set()
    described = document()[0]
    for methods in described["paths"].values():
        for operation in methods.values():
            content = operation.get("requestBody", {}).get("content", {})
            for media in content.values():
                if takes_amount(media["schema"], described):
                    found.add(operation["operationId"])
    assert found - SIGNED == set(ENDPOINTS)


def takes_amount(shape, described):
    if "$ref" in shape:
        shape = described["components"]["schemas"][shape["$ref"].rpartition("/")[2]]
    return any(
        one.get("pattern") == WIRE_PATTERN for one in shape.get("properties", {}).values()
    ) or any(takes_amount(part, described) for part in shape.get("allOf", ()))
