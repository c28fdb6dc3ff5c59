"""POST transactions/{id}/refund: never above the original, linked both ways."""

from decimal import Decimal

import pytest

from tests.api_client import Caller, new_key
from tests.conftest import make_customer, wallet_of
from wallets.models import Hold, Transaction, Wallet
from wallets.services import freezes, stops
from wallets.services import wallets as wallet_services

pytestmark = pytest.mark.django_db
Type = Transaction.Type


@pytest.fixture
def sides(alice, bob):
    return wallet_of(alice, funded="100.00"), wallet_of(bob)


@pytest.fixture
def paid(sides, alice, bob):
    """A transfer of 60.00 from Alice to Bob, as Alice's API sees it."""
    body = {"to": bob.email, "amount": "60.00", "currency": "GBP"}
    return Caller(alice).post("transfer", body).json()


def refund(person, paid, amount=None, **options):
    body = {} if amount is None else {"amount": amount}
    return Caller(person).post(f"transactions/{paid['id']}/refund", body, **options)


def available(*wallets):
    return [str(w.available.quantize(Decimal("0.01"))) for w in
            Wallet.objects.filter(pk__in=[w.pk for w in wallets]).order_by("pk")]  # fmt: skip


class TestRefund:
    def test_of_all_gives_everything_back_and_links_both_ways(self, sides, alice, bob, paid):
        answer = refund(bob, paid)
        assert answer.status_code == 201, answer.content
        given = answer.json()
        assert (given["type"], given["status"], given["amount"]) == ("refund", "COMPLETED", "60.00")
        assert available(*sides) == ["100.00", "0.00"]
        assert given["links"]["original"] == paid["links"]["self"]
        for reader in (alice, bob):
            original = Caller(reader).get(f"transactions/{paid['id']}").json()
            assert original["links"]["refunds"] == [given["links"]["self"]]
            assert original["status"] == "COMPLETED"
        assert Caller(bob).get(f"transactions/{given['id']}").json() == given

    def test_in_parts_is_never_above_the_original(self, sides, bob, paid):
        assert refund(bob, paid, "40.00").status_code == 201
        answer = refund(bob, paid, "20.01")
        assert (answer.status_code, answer.json()["code"]) == (422, "NOTHING_LEFT_TO_REVERSE")
        assert answer.json()["left"] == "20.00"
        assert available(*sides) == ["80.00", "20.00"]
        assert refund(bob, paid, "20.00").status_code == 201
        assert refund(bob, paid).json()["code"] == "NOTHING_LEFT_TO_REVERSE"
        assert available(*sides) == ["100.00", "0.00"]

    def test_is_done_once_for_one_key(self, sides, bob, paid):
        key = new_key()
        first = refund(bob, paid, key=key)
        again = refund(bob, paid, key=key)
        assert (again.status_code, again.content) == (201, first.content)
        assert again.headers["X-Idempotent-Replay"] == "true"
        assert Transaction.objects.filter(type=Type.REFUND).count() == 1

    def test_waits_where_the_payer_may_not_be_credited(self, sides, alice, bob, paid, actor):
        freezes.freeze(
            customer_id=alice.pk, kind="credit", reason="asked by the police", actor=actor
        )
        answer = refund(bob, paid)
        assert (answer.status_code, answer.json()["status"]) == (201, "HELD")
        assert available(*sides) == ["40.00", "0.00"]
        (hold,) = Hold.objects.filter(wallet=sides[0])
        assert [c.code for c in hold.conditions.all()] == ["compliance"]


class TestRefusals:
    def test_the_payer_cannot_refund_what_was_paid_and_nobody_else_sees_it(
        self, sides, alice, paid
    ):
        for person in (alice, make_customer("mallory")):
            answer = refund(person, paid)
            assert (answer.status_code, answer.json()["code"]) == (403, "NOT_FOUND_OR_NOT_YOURS")
        assert available(*sides) == ["40.00", "60.00"]

    def test_only_a_transfer_can_be_refunded(self, sides, alice, bob, paid):
        deposit = Transaction.objects.get(payee_wallet=sides[0], type=Type.DEPOSIT)
        answer = refund(alice, {"id": deposit.public_id})
        assert (answer.status_code, answer.json()["code"]) == (409, "NOT_REFUNDABLE")
        given = refund(bob, paid).json()
        assert refund(alice, given).json()["code"] == "NOT_REFUNDABLE"
        assert available(*sides) == ["100.00", "0.00"]

    def test_what_still_waits_is_not_refunded(self, sides, alice, carol):
        body = {"to": carol.email, "amount": "5.00", "currency": "GBP"}
        held = Caller(alice).post("transfer", body).json()
        answer = refund(carol, held)
        assert (answer.status_code, answer.json()["code"]) == (409, "INVALID_STATE")
        assert available(sides[0]) == ["95.00"]

    @pytest.mark.parametrize("amount", ["0", "-1", "1.005", "NaN", 1, "1e1", ""])
    def test_what_is_no_amount_is_refused(self, sides, bob, paid, amount):
        assert refund(bob, paid, amount).status_code == 400
        assert available(*sides) == ["40.00", "60.00"]

    def test_gates_hold_it_too(self, sides, bob, paid, actor):
        stops.engage(
            scope="operation", value="refund", reason="a test", message="Soon.", actor=actor
        )
        answer = refund(bob, paid)
        assert (answer.status_code, answer.json()["code"]) == (503, "SERVICE_PAUSED")
        wallet_services.freeze(sides[1])
        assert available(*sides) == ["40.00", "60.00"]

    def test_a_trial_run_writes_nothing(self, sides, bob, paid):
        path = f"transactions/{paid['id']}/refund?dry_run=true"
        answer = Caller(bob).post(path, {"amount": "10.00"}, key=None)
        assert answer.status_code == 200, answer.content
        assert answer.json()["would_pass"] is True
        assert answer.json()["balances_after"]["available"] == "50.00"
        assert available(*sides) == ["40.00", "60.00"]
        assert not Transaction.objects.filter(type=Type.REFUND).exists()
