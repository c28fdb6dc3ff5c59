"""POST transfer/{id}/recall: the sender takes back what its recipient cannot use yet."""

from decimal import Decimal

import pytest

from tests.api_client import Caller, new_key
from tests.conftest import make_customer, wallet_of
from wallets.ledger import steps
from wallets.models import Hold, Wallet
from wallets.services import freezes, stops

pytestmark = pytest.mark.django_db


@pytest.fixture
def purse(alice):
    return wallet_of(alice, funded="100.00")


@pytest.fixture
def held(purse, alice, carol):
    body = {"to": carol.email, "amount": "30.00", "currency": "GBP"}
    return Caller(alice).post("transfer", body).json()


def recall(person, paid, **options):
    return Caller(person).post(f"transfer/{paid['id']}/recall", {}, **options)


def figures(wallet):
    wallet = Wallet.objects.get(pk=wallet.pk)
    return (wallet.available, wallet.held)


class TestRecall:
    def test_gives_the_money_back_and_is_seen_by_both(self, purse, alice, carol, held):
        answer = recall(alice, held)
        assert answer.status_code == 200, answer.content
        assert answer.json()["status"] == "CANCELLED"
        assert answer.json() == Caller(alice).get(f"transactions/{held['id']}").json()
        assert figures(purse) == (Decimal(100), Decimal(0))
        assert figures(carol.wallets.get()) == (Decimal(0), Decimal(0))
        assert not Hold.objects.filter(wallet=carol.wallets.get(), state="open").exists()
        seen = Caller(carol).get(f"transactions/{held['id']}").json()
        assert seen["status"] == "CANCELLED"

    def test_is_done_once_for_one_key(self, purse, alice, held):
        key = new_key()
        first = recall(alice, held, key=key)
        again = recall(alice, held, key=key)
        assert (again.status_code, again.content) == (200, first.content)
        assert recall(alice, held).json()["code"] == "INVALID_STATE"
        assert figures(purse)[0] == Decimal(100)

    def test_is_possible_while_transfers_are_stopped(self, purse, alice, held, actor):
        stops.engage(scope="operation", value="transfer", reason="a test", actor=actor)
        assert recall(alice, held).status_code == 200
        assert figures(purse)[0] == Decimal(100)


class TestRefusals:
    def test_nobody_else_can_take_it_back(self, purse, carol, held):
        for person in (carol, make_customer("mallory")):
            answer = recall(person, held)
            assert (answer.status_code, answer.json()["code"]) == (403, "NOT_FOUND_OR_NOT_YOURS")
        assert figures(purse)[0] == Decimal(70)

    def test_what_arrived_stays(self, purse, alice, bob):
        body = {"to": bob.email, "amount": "30.00", "currency": "GBP"}
        paid = Caller(alice).post("transfer", body).json()
        answer = recall(alice, paid)
        assert (answer.status_code, answer.json()["code"]) == (409, "INVALID_STATE")
        assert figures(purse)[0] == Decimal(70)

    def test_what_waits_for_more_than_the_identity_stays(self, purse, alice, carol, held, actor):
        steps.open_condition(Hold.objects.get(wallet__owner=carol), "compliance", actor=actor)
        answer = recall(alice, held)
        assert (answer.status_code, answer.json()["code"]) == (409, "HOLD_CONDITION_OPEN")
        assert figures(purse)[0] == Decimal(70)

    def test_a_sender_who_may_not_be_credited_waits(self, purse, alice, held, actor):
        freezes.freeze(customer_id=alice.pk, kind="credit", reason="asked by a court", actor=actor)
        answer = recall(alice, held)
        assert (answer.status_code, answer.json()["code"]) == (403, "ACCOUNT_FROZEN")
        assert figures(purse)[0] == Decimal(70)
