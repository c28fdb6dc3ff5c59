"""The address book through the API."""

from uuid import uuid4

import pytest
from django.db import transaction

from coinhub.users.services import second_factor
from tests.api_client import Caller
from tests.coinhub.api.test_schema import require_true
from tests.conftest import make_customer
from tests.wallets.address_book import entries, open_book

pytestmark = pytest.mark.django_db
BTC = {
    "label": "My ledger",
    "currency": "BTC",
    "address": "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
}
IBAN = {"label": "Bank", "currency": "GBP", "iban": "GB82 WEST 1234 5698 7654 32", "is_own": True}
USDT = {
    "label": "Tron",
    "currency": "USDT",
    "network": "tron",
    "address": "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t",
}


@pytest.fixture(autouse=True)
def _book(db):
    open_book()


@pytest.fixture
def dora():
    user = make_customer("dora")
    with transaction.atomic():
        second_factor.enrol_totp(user)
    return user


@pytest.fixture
def caller(dora):
    return Caller(dora)


def post(caller, body, **headers):
    return caller.post("destinations", body, key=None, headers=headers)


def confirmed(caller, user, body):
    """Ask, confirm with a code, and give the header of the second try."""
    needed = post(caller, body)
    assert (needed.status_code, needed.json()["code"]) == (403, "STEP_UP_REQUIRED")
    challenge = needed.json()["challenge_id"]
    code = {"code": second_factor.find_unused_code(user)}
    answer = caller.post(f"auth/confirmations/{challenge}", code, key=None)
    assert answer.status_code == 200, answer.content
    return {"X-Confirmation": challenge}


def add(caller, user, body=BTC):
    answer = post(caller, body, **confirmed(caller, user, body))
    assert answer.status_code == 201, answer.content
    return answer


class TestAddressBook:
    @pytest.mark.parametrize(
        ("body", "network", "masked"),
        [
            (BTC, "bitcoin", "bc1qw5…f3t4"),
            (IBAN, "iban", "GB82WE…5432"),
            (USDT, "tron", "TR7NHq…Lj6t"),
        ],
    )
    def test_takes_what_was_confirmed_and_shows_its_ends(self, caller, dora, body, network, masked):
        answer = add(caller, dora, body)
        require_true(answer, "add_destination")
        shown = answer.json()
        assert answer["Location"] == f"/api/v1/destinations/{shown['id']}"
        assert (shown["label"], shown["currency"]) == (body["label"], body["currency"])
        assert (shown["network"], shown["masked"]) == (network, masked)
        assert (shown["status"], shown["is_own"]) == ("pending", body.get("is_own", False))
        assert caller.get(f"destinations/{shown['id']}").json() == shown
        assert caller.get("destinations").json()["results"] == [shown]
        require_true(caller.get("destinations"), "destinations")

    def test_the_same_again_gives_the_same_entry(self, caller, dora):
        first = add(caller, dora)
        again = post(caller, BTC | {"label": "Another"})
        assert (again.status_code, again.json()) == (200, first.json())
        assert entries() == 1

    def test_a_confirmation_of_one_address_is_none_of_another(self, caller, dora):
        headers = confirmed(caller, dora, BTC)
        other = post(caller, IBAN, **headers)
        assert (other.status_code, other.json()["code"]) == (403, "STEP_UP_REQUIRED")
        assert other.json()["challenge_id"] != headers["X-Confirmation"]
        assert entries() == 0

    def test_without_a_second_factor_nothing_is_added(self, alice):
        answer = post(Caller(alice), BTC)
        assert (answer.status_code, answer.json()["code"]) == (403, "SECOND_FACTOR_MISSING")
        assert entries() == 0

    def test_removed_it_is_gone_for_its_owner(self, caller, dora):
        path = f"destinations/{add(caller, dora).json()['id']}"
        assert caller.client.delete(f"/api/v1/{path}", headers=caller.headers).status_code == 204
        assert caller.get("destinations").json()["results"] == []
        for answer in (
            caller.get(path),
            caller.client.delete(f"/api/v1/{path}", headers=caller.headers),
        ):
            assert (answer.status_code, answer.json()["code"]) == (404, "DESTINATION_GONE")

    def test_somebody_elses_and_none_look_alike(self, caller, dora, alice):
        mine = add(caller, dora).json()["id"]
        hers = Caller(alice)
        said = []
        for name in (mine, str(uuid4())):
            for method in (hers.client.get, hers.client.delete):
                answer = method(f"/api/v1/destinations/{name}", headers=hers.headers)
                assert answer.status_code == 403
                told = answer.json()
                said.append({k: v for k, v in told.items() if k not in ("request_id", "instance")})
        assert all(one == said[0] for one in said)
        assert hers.get("destinations").json()["results"] == []
        assert entries(archived_at__isnull=True) == 1

    def test_nobody_is_let_in_without_a_token(self):
        for answer in (Caller().get("destinations"), post(Caller(), BTC)):
            assert answer.status_code == 401


class TestInput:
    @pytest.mark.parametrize(
        ("change", "pointer", "code"),
        [
            ({"label": ""}, "/label", "BLANK"),
            ({"label": "  "}, "/label", "BLANK"),
            ({"label": "a\nb"}, "/label", "CONTROL_CHARACTER"),
            ({"label": "x" * 61}, "/label", "MAX_LENGTH"),
            ({"currency": "XYZ"}, "/currency", "CURRENCY_UNKNOWN"),
            ({"currency": "USDT"}, "/network", "REQUIRED"),
            ({"currency": "PTS"}, "/network", "REQUIRED"),
            ({"iban": "GB82WEST12345698765432"}, "/address", "REQUIRED"),
            ({"address": None}, "/address", "NULL"),
            ({"address": 5}, "/address", "NOT_A_STRING"),
            ({"memo": "x"}, "/memo", "UNKNOWN_FIELD"),
            ({"is_own": "perhaps"}, "/is_own", "INVALID"),
            ({"is_own": "true"}, "/is_own", "INVALID"),
            ({"is_own": 1}, "/is_own", "INVALID"),
        ],
    )
    def test_what_is_wrong_is_named_at_its_place(self, caller, change, pointer, code):
        answer = post(caller, BTC | change)
        assert answer.status_code == 400
        [error] = answer.json()["errors"]
        assert (error["pointer"], error["code"]) == (pointer, code)
        assert entries() == 0

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            (BTC | {"address": BTC["address"][:-1] + "5"}, "ADDRESS_INVALID"),
            (BTC | {"address": "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx"}, "ADDRESS_INVALID"),
            (IBAN | {"iban": "GB82WEST12345698765433"}, "ADDRESS_INVALID"),
            (BTC | {"network": "bitcoin-testnet"}, "NETWORK_UNSUPPORTED"),
            (BTC | {"network": "ethereum"}, "NETWORK_UNSUPPORTED"),
            (IBAN | {"currency": "BTC"}, "NETWORK_UNSUPPORTED"),
        ],
    )
    def test_what_is_no_address_is_refused_with_its_own_code(self, caller, body, code):
        answer = post(caller, body)
        assert (answer.status_code, answer.json()["code"]) == (400, code)
        assert entries() == 0

    def test_a_confirmation_that_is_no_id_is_refused(self, caller):
        answer = post(caller, BTC, **{"X-Confirmation": "yes"})
        assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")
        assert entries() == 0

    def test_parameters_of_the_list_are_refused_when_adding(self, caller):
        answer = caller.post("destinations?limit=5", BTC, key=None)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "UNKNOWN_FIELD")

    def test_the_list_comes_in_pages(self, caller, dora):
        ids = [add(caller, dora, body).json()["id"] for body in (BTC, IBAN)]
        first = caller.get("destinations", limit=1).json()
        second = caller.get("destinations", limit=1, cursor=first["next"]).json()
        assert [row["id"] for page in (first, second) for row in page["results"]] == ids[::-1]
        assert second["next"] is None
