"""Many payments at once, each a request of its own: committed for good, on own connections."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import connections

from tests.api_client import Caller
from tests.conftest import make_customer, wallet_of
from wallets.models import Transaction, Wallet

pytestmark = pytest.mark.usefixtures("committed_db")
THREADS = 16


def at_once(count, send):
    """Run a call so many times, in as many threads as there are connections."""

    def run(number):
        try:
            return send(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(run, range(count)))


def available(*wallets):
    return [Wallet.objects.get(pk=wallet.pk).available for wallet in wallets]


@pytest.fixture
def sides(committed_db):
    payer, payee = make_customer("payer"), make_customer("payee")
    return wallet_of(payer, funded="100.00"), wallet_of(payee, funded="200.00")


def pay(sides, amount):
    payer, payee = sides
    body = {"to": payee.owner.email, "amount": amount, "currency": "GBP"}
    return Caller(payer.owner).post("transfer", body).json()


class TestRefunds:
    def test_fifty_parts_at_once_never_exceed_the_original(self, sides):
        paid, caller = pay(sides, "60.00"), Caller(sides[1].owner)
        path = f"transactions/{paid['id']}/refund"
        answers = at_once(50, lambda _: caller.post(path, {"amount": "7.00"}))
        statuses = [answer.status_code for answer in answers]
        assert statuses.count(201) == 8, statuses
        assert set(statuses) <= {201, 422}
        assert available(*sides) == [Decimal(96), Decimal(204)]
        given = Transaction.objects.filter(original__public_id=paid["id"])
        assert [row.amount for row in given] == [Decimal(7)] * 8

    def test_of_more_than_the_payee_has_moves_nothing(self, sides):
        paid = pay(sides, "60.00")
        body = {"to": make_customer("other").email, "amount": "250.00", "currency": "GBP"}
        assert Caller(sides[1].owner).post("transfer", body).status_code == 201
        answer = Caller(sides[1].owner).post(f"transactions/{paid['id']}/refund", {})
        assert (answer.status_code, answer.json()["code"]) == (400, "INSUFFICIENT_FUNDS")
        assert (answer.json()["available"], answer.json()["required"]) == ("10.00", "60.00")
        assert available(*sides) == [Decimal(40), Decimal(10)]
