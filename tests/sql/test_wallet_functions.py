"""open_wallet_v2, set_wallet_state_v1 and the trigger on currencies, called directly."""

from uuid import uuid4

import psycopg
import pytest

from tests.conftest import make_customer
from tests.sessions import as_owner
from tests.sql.calls import refused, run
from wallets.models import Wallet
from wallets.services import wallets

OPEN = (
    "SELECT wallet_id, shard, opened FROM open_wallet_v2(%s::uuid, %s, %s::uuid, %s, %s::numeric)"
)
SET_STATE = "SELECT set_wallet_state_v1(%s::bigint, %s::smallint, %s::text, %s::numeric)"


@pytest.fixture
def owner_id(committed_db):
    return make_customer().pk


class TestOpenWallet:
    def test_opens_once_and_gives_the_same_afterwards(self, owner_id):
        first = run(OPEN, [owner_id, "GBP", uuid4(), None, 0])
        again = run(OPEN, [owner_id, "GBP", uuid4(), None, -100])
        assert again[:2] == first[:2]
        assert (first[2], again[2]) == (True, False)
        assert Wallet.objects.get(pk=first[0]).floor == 0

    @pytest.mark.parametrize(
        ("floor", "sqlstate"), [("NaN", "23514"), (None, "23514"), ("1", "23514")]
    )
    def test_for_a_customer_without_a_floor_or_above_zero_is_refused(
        self, owner_id, floor, sqlstate
    ):
        answer = refused(run, OPEN, [owner_id, "GBP", uuid4(), None, floor])
        assert answer.sqlstate == sqlstate

    def test_for_nobody_without_a_code_is_refused(self, committed_db):
        answer = refused(run, OPEN, [None, "GBP", uuid4(), None, 0])
        assert answer.constraint == "wallet_of_a_customer_or_of_the_house"

    def test_for_a_customer_with_a_code_of_the_house_is_refused(self, owner_id):
        answer = refused(run, OPEN, [owner_id, "GBP", uuid4(), "A.SET", 0])
        assert answer.constraint == "wallet_of_a_customer_or_of_the_house"

    def test_in_a_currency_there_is_not_is_refused(self, owner_id):
        assert refused(run, OPEN, [owner_id, "XXX", uuid4(), None, 0]).sqlstate == "LG003"
        assert refused(run, OPEN, [owner_id, None, uuid4(), None, 0]).sqlstate == "LG003"

    def test_with_the_public_id_of_another_wallet_is_refused(self, owner_id):
        taken = run(OPEN, [owner_id, "GBP", uuid4(), None, 0])[0]
        public_id = Wallet.objects.get(pk=taken).public_id
        answer = refused(run, OPEN, [owner_id, "USD", public_id, None, 0])
        assert answer.constraint == "wallet_public_id_once"


class TestSetWalletState:
    @pytest.mark.parametrize("status", ["", "Active", "locked", "activ", "frozen and more"])
    def test_to_a_status_there_is_not_is_refused(self, payer, status):
        answer = refused(run, SET_STATE, [payer.pk, payer.shard, status, None])
        assert answer.sqlstate in {"23514", "22001"}

    @pytest.mark.parametrize("floor", ["0.01", "NaN", "Infinity"])
    def test_to_a_floor_above_zero_is_refused(self, payer, floor):
        answer = refused(run, SET_STATE, [payer.pk, payer.shard, None, floor])
        assert answer.sqlstate == "LG013"

    def test_to_no_floor_at_all_is_refused(self, payer):
        answer = refused(run, SET_STATE, [payer.pk, payer.shard, None, "-Infinity"])
        assert answer.sqlstate == "22003"
        run(SET_STATE, [payer.pk, payer.shard, None, None])  # NULL leaves it as it is
        payer.refresh_from_db()
        assert payer.floor == 0

    def test_on_another_shard_or_of_the_house_is_refused(self, payer, settlement):
        for wallet_id, shard in (
            (payer.pk, (payer.shard + 1) % 1024),
            (payer.pk, None),
            (settlement.pk, 0),
            (10**15, 0),
        ):
            assert refused(run, SET_STATE, [wallet_id, shard, "frozen", None]).sqlstate == "LG003"

    def test_finer_than_the_currency_is_no_floor_that_lets_more_go(self, payer):
        wallets.freeze(payer)
        run(SET_STATE, [payer.pk, payer.shard, "active", "-0.001"])
        payer.refresh_from_db()
        assert (payer.status, payer.available) == ("active", 100)


class TestTwoPrimaryWallets:
    def test_are_refused_by_the_database_alone(self, owner_id):
        wallet_id = run(OPEN, [owner_id, "GBP", uuid4(), None, 0])[0]
        other_id = run(OPEN, [owner_id, "USD", uuid4(), None, 0])[0]
        with (
            as_owner() as owner,
            pytest.raises(psycopg.Error, match="wallet_one_primary_per_owner"),
        ):
            owner.execute("UPDATE wallets_wallet SET is_primary = true WHERE id = %s", [other_id])
        assert Wallet.objects.get(pk=wallet_id).is_primary
