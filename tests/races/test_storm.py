"""Fifty identical requests at once over processes: one movement a round, one answer for all."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from coinhub.drills import crowd
from tests.api_client import Caller, new_key
from tests.conftest import make_customer, wallet_of
from tests.races.storm_clients import Wanted, post
from tests.wallets.relations import assert_agree
from wallets.models import Journal, Transaction, Wallet

pytestmark = pytest.mark.slow
TIMES = 50
ROUNDS = 3
Storm = Callable[[Wallet, str, dict[str, Any], int], None]


@pytest.fixture
def sides(committed_db: None) -> tuple[Wallet, Wallet]:
    payer, payee = make_customer("payer"), make_customer("payee")
    return wallet_of(payer, funded="100.00"), wallet_of(payee, funded="100.00")


@pytest.fixture
def storm(database_url: str) -> Storm:
    """Send one request fifty times at once, and see that one was made and the others repeat it."""

    def send(by: Wallet, path: str, body: dict[str, Any], success: int) -> None:
        assert by.owner_id is not None
        wanted = Wanted(by.owner_id, path, body, new_key() + "-storm")
        told = crowd.run(post, [wanted] * TIMES, processes=4, database_url=database_url)
        made = [(replayed, text) for status, replayed, text in told if status == success]
        assert {status for status, _, _ in told} <= {success, 409}
        assert len({text for _, text in made}) == 1
        assert sum(not replayed for replayed, _ in made) == 1

    return send


def moved(kind: str, *wallets: Wallet) -> int:
    ids = [wallet.pk for wallet in wallets]
    return Journal.objects.filter(transaction__type=kind, transaction__payer_wallet__in=ids).count()


def test_of_a_transfer_moves_its_money_once(storm: Storm, sides: tuple[Wallet, Wallet]) -> None:
    payer, payee = sides
    for number in range(1, ROUNDS + 1):
        body = {"to": payee.owner.email, "amount": "7.00", "currency": "GBP"}
        storm(payer, "transfer", body, 201)
        payer.refresh_from_db()
        assert (moved("transfer", payer), payer.available) == (number, 100 - 7 * number)
    assert_agree(payer, payee)


def test_of_a_refund_gives_back_once(storm: Storm, sides: tuple[Wallet, Wallet]) -> None:
    payer, payee = sides
    body = {"to": payee.owner.email, "amount": "60.00", "currency": "GBP"}
    paid = Caller(payer.owner).post("transfer", body).json()
    for number in range(1, ROUNDS + 1):
        storm(payee, f"transactions/{paid['id']}/refund", {"amount": "7.00"}, 201)
        payer.refresh_from_db()
        assert (moved("refund", payee), payer.available) == (number, 40 + 7 * number)
    assert_agree(payer, payee)


def test_of_a_recall_takes_back_once(storm: Storm, sides: tuple[Wallet, Wallet]) -> None:
    payer, _ = sides
    waiting = wallet_of(make_customer("waiting", kyc="pending"))
    body = {"to": waiting.owner.email, "amount": "60.00", "currency": "GBP"}
    held = Caller(payer.owner).post("transfer", body).json()
    storm(payer, f"transfer/{held['id']}/recall", {}, 200)
    payer.refresh_from_db()
    waiting.refresh_from_db()
    assert (payer.available, waiting.held) == (Decimal(100), Decimal(0))
    assert Transaction.objects.get(public_id=held["id"]).state == "recalled"
    assert_agree(payer, waiting)
