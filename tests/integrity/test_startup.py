"""Nothing is served while the set-up is incomplete or the ledger is not healthy."""

import pytest
from django.core.management import CommandError, call_command
from django.test import Client, override_settings

from coinhub.core import health
from coinhub.core.actor import system
from coinhub.users import roles
from integrity.checks import house
from integrity.models import Run
from integrity.services import startup
from tests.conftest import gbp
from tests.integrity import damages
from wallets.ledger import chart
from wallets.models import Currency, Journal, Wallet
from wallets.selectors.house import HouseWalletMissing
from wallets.services import bootstrap, payments


def test_the_two_charts_are_the_same():
    assert {(entry.code, entry.only) for entry in chart.HOUSE} == set(house.CHART)


class TestVerify:
    def test_a_healthy_ledger_may_start(self, healthy):
        checked = startup.verify()
        assert checked.is_healthy
        assert checked.run.trigger == Run.Trigger.START

    @pytest.mark.parametrize(
        "damage", [damages.wallet_row, damages.house_wallet_missing, damages.posting_amount]
    )
    def test_a_damaged_one_may_not_and_the_reason_is_told(self, copy, plant, damage):
        expected = damage(plant, copy)
        with pytest.raises(startup.StartRefused) as refusal:
            startup.verify()
        assert expected.source in refusal.value.detail
        with pytest.raises(CommandError) as ended:
            call_command("verify_start")
        assert ended.value.returncode == 1
        assert expected.source in str(ended.value)


class TestHouseWallets:
    def test_readyz_names_the_missing_one(self, copy, plant):
        assert Client().get("/readyz").status_code == 200
        damages.house_wallet_missing(plant, copy)
        answer = Client().get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["problems"] == ["house wallet missing: R.FEE.TRF in EUR"]
        assert Client().get("/healthz").status_code == 200

    def test_a_web_process_does_not_start(self, copy, plant):
        health.require_ready()
        damages.house_wallet_missing(plant, copy)
        with pytest.raises(SystemExit, match=r"R\.FEE\.TRF in EUR"):
            health.require_ready()

    def test_bootstrap_heals_one_that_no_posting_names(self, copy, plant):
        damages.house_wallet_missing(plant, copy)
        bootstrap.bootstrap(groups=roles.GROUPS)
        assert startup.verify().is_healthy

    def test_bootstrap_refuses_to_make_one_anew_whose_history_would_be_lost(self, copy, plant):
        plant("DELETE FROM wallets_wallet WHERE code = 'A.SET' AND currency_id = 'GBP'")
        wallets = Wallet.objects.count()
        with pytest.raises(HouseWalletMissing, match=r"A\.SET in GBP"):
            bootstrap.bootstrap(groups=roles.GROUPS)
        assert Wallet.objects.count() == wallets

    def test_a_new_currency_brings_its_own(self, copy):
        from wallets.services.wallets import add_currency

        add_currency(Currency(code="SEK", name="Swedish krona", decimals=2, kind="fiat"))
        assert startup.find_missing_house_wallets() == []
        assert startup.verify().is_healthy


class TestGate:
    def test_pages_and_api_are_closed_while_one_is_missing(self, copy, plant):
        damages.house_wallet_missing(plant, copy)
        with override_settings(GATE_EVERY_S=10):
            client = Client()
            page, api = client.get("/accounts/login/"), client.get("/api/v1/wallets")
            assert (page.status_code, api.status_code) == (503, 503)
            assert api["Content-Type"] == "application/problem+json"
            assert api.json()["code"] == "SETUP_BROKEN"
            assert b"R.FEE.TRF" not in page.content + api.content
            assert client.get("/healthz").status_code == 200
            bootstrap.bootstrap(groups=roles.GROUPS)
            assert client.get("/accounts/login/").status_code == 200

    def test_money_code_that_misses_a_house_wallet_refuses_with_503_and_books_nothing(
        self, copy, plant
    ):
        """Between two looks the first payment finds out; the gate looks after its answer."""
        journals = Journal.objects.count()
        alice = Wallet.objects.get(pk=copy.alice_gbp)
        plant("UPDATE wallets_wallet SET code = 'A.GONE' WHERE code = 'A.SET'")
        with pytest.raises(HouseWalletMissing) as refusal:
            payments.debit(payer=alice, amount=gbp("1.00"), actor=system())
        assert refusal.value.status == 503
        assert Journal.objects.count() == journals

    def test_an_answer_of_503_makes_it_look_again(self, copy, plant):
        client = Client()
        assert client.get("/accounts/login/").status_code == 200
        damages.house_wallet_missing(plant, copy)
        assert client.get("/accounts/login/").status_code == 200  # it does not look on its own here
        assert client.get("/readyz").status_code == 503
        assert client.get("/accounts/login/").status_code == 503

    def test_it_is_open_when_all_is_there(self, healthy):
        with override_settings(GATE_EVERY_S=10):
            assert Client().get("/accounts/login/").status_code == 200
