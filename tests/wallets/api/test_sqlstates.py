"""The database fails at any statement of a payment: it is done, or not, and the key says which."""

from contextlib import contextmanager

import psycopg.errors
import pytest
from django.db import connection
from django.db.utils import InternalError, OperationalError

from tests.api_client import Caller, new_key
from tests.conftest import make_customer, wallet_of
from wallets.ledger.errors import PASSING
from wallets.models import Allowance, Transaction, Wallet

pytestmark = pytest.mark.usefixtures("committed_db")
STATES = sorted(PASSING | {"08000", "08003", "08006"})
MOST_STATEMENTS = 30


class Failing:
    """Fails one statement, by its place: before the server has it, or after it was done."""

    def __init__(self, place, state, *, done):
        self.place, self.state, self.done = place, state, done
        self.seen = 0

    def __call__(self, execute, sql, params, many, context):
        here, self.seen = self.seen == self.place, self.seen + 1
        if here and not self.done:
            self.fail()
        result = execute(sql, params, many, context)
        if here:
            self.fail()
        return result

    def fail(self):
        cause = psycopg.errors.lookup(self.state)("injected")
        kind = OperationalError if isinstance(cause, psycopg.OperationalError) else InternalError
        raise kind("injected") from cause


@contextmanager
def failing(place, state, *, done):
    fault = Failing(place, state, done=done)
    with connection.execute_wrapper(fault):
        yield fault


@pytest.fixture
def sides():
    payer, payee = make_customer("payer"), make_customer("payee")
    return wallet_of(payer, funded="1000.00"), wallet_of(payee)


def available(wallet):
    return Wallet.objects.get(pk=wallet.pk).available


def paid(sides):
    return Transaction.objects.filter(payer_wallet=sides[0], type="transfer").count()


@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("state", STATES)
def test_a_transfer_is_made_once_whatever_fails(sides, state, done):
    caller = Caller(sides[0].owner)
    body = {"to": sides[1].owner.email, "amount": "1.00", "currency": "GBP"}
    caller.post("transfer", body)  # prices, fees and limits are kept for a while
    for place in range(MOST_STATEMENTS):
        before, key = paid(sides), new_key() + f"-{state}"
        with failing(place, state, done=done) as fault:
            answer = caller.post("transfer", body, key=key)
        assert answer.status_code in (201, 409, 503), (place, answer.content)
        assert paid(sides) in (before, before + 1)
        again = caller.post("transfer", body, key=key)
        assert again.status_code == 201, (place, again.content)
        assert paid(sides) == before + 1
        assert available(sides[0]) == 1000 - paid(sides)
        if fault.seen <= place:
            break
    assert 3 <= place < MOST_STATEMENTS


@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("state", STATES)
def test_a_refusal_is_the_same_whatever_fails(sides, state, done):
    caller = Caller(sides[0].owner)
    body = {"to": sides[1].owner.email, "amount": "1000.01", "currency": "GBP"}
    for place in range(MOST_STATEMENTS):
        Allowance.objects.filter(customer_id=sides[0].owner_id).update(
            failures=[], paused_until=None
        )
        key = new_key() + f"-{state}"
        with failing(place, state, done=done) as fault:
            answer = caller.post("transfer", body, key=key)
        assert answer.status_code in (400, 409, 503), (place, answer.content)
        again = caller.post("transfer", body, key=key)
        assert again.json()["code"] == "INSUFFICIENT_FUNDS", (place, again.content)
        assert (paid(sides), available(sides[0])) == (0, 1000)
        if fault.seen <= place:
            break
    assert 6 <= place < MOST_STATEMENTS
