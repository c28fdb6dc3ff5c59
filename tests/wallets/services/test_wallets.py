"""Wallets themselves: opened once, frozen, closed, granted an overdraft; the house's."""

from decimal import Decimal
from uuid import uuid4

import pytest

from coinhub.core.errors import NotYours
from coinhub.core.ids import shard_of
from tests.conftest import gbp, make_customer, wallet_of
from tests.refusals import nothing_written, refused
from wallets.ledger import chart
from wallets.ledger.errors import WalletUnchangeable
from wallets.models import Currency, Wallet
from wallets.selectors import house
from wallets.services import bootstrap, payments, wallets


class TestOpen:
    def test_gives_one_empty_wallet_however_often_it_is_asked(self, committed_db):
        owner = make_customer()
        first = wallets.open_wallet(owner_id=owner.pk, currency="GBP")
        with nothing_written():
            again = wallets.open_wallet(owner_id=owner.pk, currency="GBP")
        assert again.pk == first.pk
        assert (first.available, first.held, first.locked, first.total) == (0, 0, 0, 0)
        assert (first.floor, first.version, first.status) == (0, 0, "active")

    def test_makes_the_first_wallet_primary_and_the_others_not(self, committed_db):
        owner = make_customer()
        made = [
            wallets.open_wallet(owner_id=owner.pk, currency=code) for code in ("BTC", "GBP", "PTS")
        ]
        assert [wallet.is_primary for wallet in made] == [True, False, False]

    def test_puts_all_wallets_of_an_owner_on_the_owners_shard(self, committed_db):
        owner = make_customer()
        shards = {wallet_of(owner, code).shard for code in ("GBP", "JPY")}
        assert shards == {shard_of(owner.pk)}

    def test_takes_the_decimals_of_the_currency(self, committed_db):
        owner = make_customer()
        found = {code: wallet_of(owner, code).decimals for code in ("JPY", "GBP", "USDT", "ETH")}
        assert found == {"JPY": 0, "GBP": 2, "USDT": 6, "ETH": 18}

    def test_in_an_unknown_currency_is_refused(self, committed_db):
        owner = make_customer()
        with refused(NotYours):
            wallets.open_wallet(owner_id=owner.pk, currency="XXX")


class TestState:
    def test_closing_is_for_empty_wallets_that_are_not_primary(self, committed_db):
        owner = make_customer()
        primary = wallet_of(owner, "GBP")
        full = wallet_of(owner, "EUR", funded="0.01")
        for wallet in (primary, full):
            with refused(WalletUnchangeable):
                wallets.close(wallet)

    def test_closing_is_for_good(self, committed_db):
        owner = make_customer()
        wallet_of(owner, "GBP")
        wallet = wallet_of(owner, "USD")
        wallets.close(wallet)
        for change in (wallets.unfreeze, wallets.freeze):
            with refused(WalletUnchangeable):
                change(wallet)

    @pytest.mark.parametrize("floor", ["0.01", "1", "NaN"])
    def test_a_floor_is_a_number_and_not_above_zero(self, payer, floor):
        with refused(WalletUnchangeable):
            wallets.grant_overdraft(payer, floor=Decimal(floor))

    def test_an_overdraft_in_use_cannot_be_taken_away(self, payer, actor):
        wallets.grant_overdraft(payer, floor=Decimal(-10))
        payments.debit(payer=payer, amount=gbp("105"), actor=actor)
        with refused(WalletUnchangeable):
            wallets.grant_overdraft(payer, floor=Decimal(-4))
        wallets.grant_overdraft(payer, floor=Decimal(-5))
        payer.refresh_from_db()
        assert payer.floor == -5

    def test_a_wallet_of_the_house_is_left_alone(self, settlement):
        for change in (wallets.freeze, wallets.close):
            with refused(NotYours):
                change(settlement)
        with refused(NotYours):
            wallets.grant_overdraft(settlement, floor=Decimal(-1))

    def test_a_wallet_that_is_not_there_is_refused(self, payer):
        with refused(NotYours):
            wallets.freeze(Wallet(pk=10**12, shard=payer.shard))


class TestTheHouse:
    def test_has_its_wallets_in_every_currency(self, committed_db):
        assert house.list_missing() == []
        codes = set(
            Wallet.objects.filter(currency_id="GBP", owner=None).values_list("code", flat=True)
        )
        assert {"A.SET", "PLATFORM_TREASURY_WALLET", "SYS-RESERVE-0001", "S.SUSPENSE"} <= codes
        assert "S.JOBS" not in codes
        assert house.get_house_wallet("S.JOBS", "PTS").floor == 0

    def test_is_made_once(self, committed_db):
        with nothing_written():
            made = bootstrap.bootstrap(groups=())
        assert (made.currencies, made.house_wallets) == ([], [])

    def test_gets_its_wallets_with_a_new_currency(self, committed_db):
        code = f"T{uuid4().hex[:8].upper()}"
        new = Currency(code=code, name="Test", decimals=3, kind="crypto")
        made = wallets.add_currency(new)
        assert {w.code for w in made} == {entry.code for entry in chart.house_wallets(code)}
        assert {(w.decimals, w.shard, w.owner_id) for w in made} == {(3, 0, None)}
        with nothing_written():
            wallets.add_currency(Currency.objects.get(pk=code))

    def test_only_what_mirrors_the_outside_or_collects_may_go_below_zero(self, committed_db):
        free = set(
            Wallet.objects.filter(owner=None, floor=None).values_list("code", flat=True).distinct()
        )
        assert all(code == "A.SET" or code.startswith("R.") for code in free)
        assert not Wallet.objects.filter(owner__isnull=False, floor=None).exists()
