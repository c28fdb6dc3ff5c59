"""The second factor and API keys as a client meets them."""

import uuid

import pytest
from django.db import transaction

from coinhub.users.models import ApiKey, Confirmation, User
from coinhub.users.services import second_factor
from tests.api_client import Caller
from tests.coinhub.api.test_problems import require_problem
from tests.coinhub.api.test_schema import require_true
from tests.conftest import make_customer

WISH = {"label": "shop", "scopes": ["read", "withdraw"], "networks": ["192.0.2.0/24"],
        "days": 30, "spend_cap_usd": "100.00"}  # fmt: skip


@pytest.fixture
def dora(db: None) -> User:
    """A customer with a second factor."""
    user = make_customer("dora")
    with transaction.atomic():
        second_factor.enrol_totp(user)
    return user


def send(caller, path, body, **headers):
    return caller.post(path, body, key=None, headers=headers)


def confirmed(caller, user, refusal):
    path = f"auth/confirmations/{refusal['challenge_id']}"
    code = second_factor.find_unused_code(user)
    return send(caller, path, {"code": code})


class TestStepUp:
    def test_asks_is_confirmed_and_lets_the_same_request_through_once(self, dora):
        caller = Caller(dora)
        refusal = require_problem(send(caller, "api-keys", WISH), 403, "STEP_UP_REQUIRED")
        assert refusal["command"] == "api_key.create"
        assert refusal["facts"]["daily_cap_usd"] == "100.00"
        listed = caller.get("auth/confirmations")
        require_true(listed, "confirmations")
        assert [row["id"] for row in listed.json()["results"]] == [refusal["challenge_id"]]
        answer = confirmed(caller, dora, refusal)
        require_true(answer, "confirm")
        told = answer.json()
        assert (told["id"], told["facts"]) == (refusal["challenge_id"], refusal["facts"])
        assert told["confirmed_at"] is not None
        assert caller.get("auth/confirmations").json()["results"] == []
        named = {"X-Confirmation": refusal["challenge_id"]}
        made = send(caller, "api-keys", WISH, **named)
        require_true(made, "make_api_key")
        assert made.status_code == 201
        again = require_problem(send(caller, "api-keys", WISH, **named), 403, "STEP_UP_REQUIRED")
        assert again["challenge_id"] != refusal["challenge_id"]
        assert ApiKey.objects.filter(user=dora).count() == 1

    def test_a_wrong_code_confirms_nothing(self, dora):
        caller = Caller(dora)
        refusal = require_problem(send(caller, "api-keys", WISH), 403, "STEP_UP_REQUIRED")
        answer = send(caller, f"auth/confirmations/{refusal['challenge_id']}", {"code": "12"})
        require_problem(answer, 403, "CODE_REFUSED")
        require_true(answer, "confirm")
        named = {"X-Confirmation": refusal["challenge_id"]}
        require_problem(send(caller, "api-keys", WISH, **named), 403, "STEP_UP_REQUIRED")
        assert not ApiKey.objects.filter(user=dora).exists()

    def test_what_is_not_ones_own_cannot_be_confirmed_nor_told_from_nothing(self, dora, alice):
        refusal = require_problem(send(Caller(dora), "api-keys", WISH), 403, "STEP_UP_REQUIRED")
        stranger = Caller(alice)
        answers = [
            send(stranger, f"auth/confirmations/{challenge}", {"code": "123456"}).json()
            for challenge in (refusal["challenge_id"], uuid.uuid4())
        ]
        for answer in answers:
            del answer["request_id"], answer["instance"]
        assert answers[0] == answers[1]
        assert answers[0]["code"] == "NOT_FOUND_OR_NOT_YOURS"
        assert Caller(alice).get("auth/confirmations").json()["results"] == []

    @pytest.mark.parametrize("given", ["yes", "", " "])
    def test_a_confirmation_that_is_no_id_is_named(self, dora, given):
        answer = send(Caller(dora), "api-keys", WISH, **{"X-Confirmation": given})
        problem = require_problem(answer, 400, "VALIDATION_ERROR")
        assert problem["errors"][0]["pointer"] == "/X-Confirmation"
        assert not Confirmation.objects.filter(user=dora).exists()

    def test_nobody_without_a_second_factor_gets_a_challenge(self, alice):
        answer = send(Caller(alice), "api-keys", WISH)
        require_problem(answer, 403, "SECOND_FACTOR_MISSING")
        require_true(answer, "make_api_key")


class TestApiKeys:
    def test_a_key_that_reads_is_made_listed_used_and_revoked(self, alice):
        caller = Caller(alice)
        made = send(caller, "api-keys", {"label": "report"})
        require_true(made, "make_api_key")
        key = made.json()
        assert (key["scopes"], key["networks"]) == (["read"], [])
        assert key["key"].startswith(key["hint"])
        program = Caller()
        program.headers["Authorization"] = f"Bearer {key['key']}"
        assert program.get("me").json()["email"] == alice.email
        listed = caller.get("api-keys")
        require_true(listed, "api_keys")
        (row,) = listed.json()["results"]
        assert "key" not in row
        assert row["last_used_at"] is not None
        assert (
            caller.client.delete(
                f"/api/v1/api-keys/{key['id']}", headers=caller.headers
            ).status_code
            == 204
        )
        require_problem(program.get("me"), 401, "UNAUTHENTICATED")
        assert caller.get("api-keys").json()["results"] == []

    def test_a_key_does_not_see_make_end_or_confirm(self, alice):
        text = send(Caller(alice), "api-keys", {"label": "x"}).json()["key"]
        program = Caller()
        program.headers["Authorization"] = f"Bearer {text}"
        require_problem(program.get("api-keys"), 403, "SCOPE_MISSING")
        require_problem(send(program, "api-keys", {"label": "y"}), 403, "SCOPE_MISSING")
        require_problem(program.get("auth/confirmations"), 403, "SCOPE_MISSING")
        assert ApiKey.objects.filter(user=alice).count() == 1

    def test_somebody_elses_key_looks_like_none(self, alice, bob):
        key = send(Caller(alice), "api-keys", {"label": "x"}).json()["id"]
        other = Caller(bob)
        for name in (key, uuid.uuid4()):
            answer = other.client.delete(f"/api/v1/api-keys/{name}", headers=other.headers)
            require_problem(answer, 403, "NOT_FOUND_OR_NOT_YOURS")
        assert ApiKey.objects.filter(user=alice, revoked_at=None).count() == 1

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("label", ""), ("label", "   "), ("label", 5), ("label", "x" * 61), ("label", "a\nb"),
            ("scopes", []), ("scopes", "read"), ("scopes", ["admin"]), ("scopes", [None]),
            ("scopes", ["read"] * 5), ("scopes", {}),
            ("networks", ["home"]), ("networks", ["0.0.0.0/0"]), ("networks", [""]),
            ("networks", "192.0.2.1"), ("networks", [7]), ("networks", ["192.0.2.1"] * 21),
            ("days", 0), ("days", -1), ("days", "5"), ("days", True), ("days", 3651),
            ("days", None),
            ("spend_cap_usd", "0"), ("spend_cap_usd", "-1"), ("spend_cap_usd", 5),
            ("spend_cap_usd", "0.001"), ("spend_cap_usd", "1e3"), ("colour", "red"),
        ],
    )  # fmt: skip
    def test_a_wish_that_makes_no_sense_makes_nothing(self, alice, name, value):
        answer = send(Caller(alice), "api-keys", {"label": "x", name: value})
        problem = require_problem(answer, 400, "VALIDATION_ERROR")
        assert problem["errors"][0]["pointer"].startswith(f"/{name}")
        assert not ApiKey.objects.filter(user=alice).exists()
