"""Many at once on the real database: what may happen once happens once, and nothing is lost."""

from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from uuid import uuid4

import pytest

from coinhub.core.actor import system
from coinhub.drills import bank, crowd
from tests.conftest import gbp, make_customer
from tests.races import clients
from tests.races.conftest import total
from tests.wallets.relations import assert_agree
from wallets.models import IdempotencyKey, Journal, Posting, Transaction, Wallet
from wallets.services import holds

Funded = Callable[[str], Wallet]
pytestmark = pytest.mark.slow


def test_200_clients_crossing_transfers_meet_no_deadlock_and_lose_nothing(
    database_url: str, funded: Funded, no_deadlock: Callable[[], bool]
) -> None:
    wallets = [funded("50.00") for _ in range(6)]
    ids = [wallet.pk for wallet in wallets]
    orders = [clients.Crossing(seed, ids, 4) for seed in range(200)]

    refused = crowd.run(clients.cross, orders, processes=4, database_url=database_url)

    counted = Counter(code for each in refused for code in each)
    assert set(counted) <= {"INSUFFICIENT_FUNDS"}
    booked = Transaction.objects.filter(type="transfer", payer_wallet__in=ids).count()
    assert booked == 200 * 4 - counted.total()
    assert booked > 0
    assert total(*wallets) == Decimal("300.00")
    assert min(Wallet.objects.filter(pk__in=ids).values_list("available", flat=True)) >= 0
    assert_agree(*wallets)
    assert no_deadlock()


def test_of_50_debits_of_10_from_100_exactly_10_pass(database_url: str, funded: Funded) -> None:
    wallet = funded("100.00")
    ended = crowd.run(clients.debit_ten, [wallet.pk] * 50, database_url=database_url)
    assert Counter(ended) == {"booked": 10, "INSUFFICIENT_FUNDS": 40}
    assert total(wallet) == 0
    assert Posting.objects.filter(wallet=wallet).count() == 11
    assert_agree(wallet)


def test_a_hold_captured_and_voided_at_once_ends_one_way(database_url: str, funded: Funded) -> None:
    payer, payee = funded("100.00"), funded("0")
    placed = [
        holds.place_hold(
            payer=payer, payee=payee, amount=gbp("1.00"), purpose="race", actor=system()
        ).transaction
        for _ in range(100)
    ]
    ids = [transaction.holds.get().pk for transaction in placed]

    pairs = [(verb, ids[start::10]) for start in range(10) for verb in ("capture", "void")]
    ended = crowd.run(clients.end_all, pairs, database_url=database_url)
    captured = [code for each in ended[0::2] for code in each]
    voided = [code for each in ended[1::2] for code in each]

    outcomes = Counter(zip(captured, voided, strict=True))
    assert outcomes.total() == 100
    assert {pair.count("captured") + pair.count("voided") for pair in outcomes} == {1}
    assert {code for pair in outcomes for code in pair} <= {
        "captured",
        "voided",
        "INVALID_STATE",
        "HOLD_ENDED",
    }
    wins = Counter(captured)["captured"]
    payer.refresh_from_db()
    payee.refresh_from_db()
    assert (payer.available, payer.locked) == (Decimal(100 - wins), Decimal(0))
    assert payee.available == wins
    for transaction in placed:
        assert Journal.objects.filter(transaction=transaction).count() == 2  # placed, ended once
    assert_agree(payer, payee)


def test_20_identical_requests_with_one_key_move_money_once(
    database_url: str, funded: Funded
) -> None:
    payer, payee = funded("100.00"), funded("0")
    key = f"same-{uuid4().hex}"
    request = clients.Request(payer.pk, payee.pk, Decimal("7.00"), key)

    ended = crowd.run(clients.pay_once, [request] * 20, database_url=database_url)

    done = [each for each in ended if each[2]]
    assert {each[0] for each in ended if not each[2]} <= {"IDEMPOTENCY_IN_PROGRESS"}
    assert Counter(replayed for _, replayed, _ in done)[False] == 1
    assert len({(name, body) for name, _, body in done}) == 1
    assert total(payee) == Decimal("7.00")
    assert IdempotencyKey.objects.filter(caller=payer.owner_id, key=key).count() == 1
    assert Transaction.objects.filter(type="transfer", payer_wallet=payer).count() == 1


def test_first_wallets_opened_at_once_make_one_primary(
    database_url: str, committed_db: None
) -> None:
    people = [make_customer().pk for _ in range(10)]
    orders = [(pk, code) for pk in people for code in ("GBP", "USD", "EUR", "BTC")]
    opened = crowd.run(clients.open_first, orders, database_url=database_url)
    assert len({pk for pk, _ in opened}) == 40
    for pk in people:
        assert Wallet.objects.filter(owner_id=pk, is_primary=True).count() == 1
        assert Wallet.objects.filter(owner_id=pk).count() == 4


def test_one_wallet_opened_by_many_at_once_is_one(database_url: str, committed_db: None) -> None:
    owner = make_customer().pk
    opened = crowd.run(clients.open_first, [(owner, "GBP")] * 20, database_url=database_url)
    assert len({pk for pk, _ in opened}) == 1
    assert Wallet.objects.filter(owner_id=owner, is_primary=True).count() == 1


def test_the_bank_drill_in_short_finds_nothing(database_url: str) -> None:
    result = bank.run(bank.Plan(seconds=5, seed=7, clients=64), database_url=database_url)
    assert result["ok"], result
    assert result["done"].keys() >= {"transfer", "place", "capture", "void", "repeat", "read"}
    assert result["refused"].get("INSUFFICIENT_FUNDS", 0) > 0  # the wallets were near zero
