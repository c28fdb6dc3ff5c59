"""Adding a currency in the back office."""

import pytest

from coinhub.events.models import AuditEvent
from tests.wallets.admin.conftest import currencies, house_wallets
from wallets.ledger import chart
from wallets.models import Currency

ADD = "/admin/wallets/currency/add/"
NEW = {"code": "XAU", "name": "Gold", "kind": "crypto", "decimals": "4", "position": "30"}


def change_page(code):
    return f"/admin/wallets/currency/{code}/change/"


class TestCurrency:
    def test_is_added_with_its_house_wallets(self, operator, signed_in):
        answer = signed_in(operator).post(ADD, NEW)
        assert answer.status_code == 302
        assert house_wallets("XAU") == {entry.code for entry in chart.house_wallets("XAU")}
        event = AuditEvent.objects.get(action="currency.added", object_id="XAU")
        assert (event.actor, event.after["decimals"]) == (operator, 4)

    @pytest.mark.parametrize(
        "wrong",
        [
            {"code": "gold"},
            {"code": "X"},
            {"code": "GBP"},
            {"decimals": "19"},
            {"decimals": "-1"},
            {"kind": "metal"},
            {"name": ""},
        ],
    )
    def test_is_refused_when_something_is_wrong(self, operator, signed_in, wrong):
        before = currencies()
        answer = signed_in(operator).post(ADD, NEW | wrong)
        assert answer.status_code == 200
        assert answer.context["errors"]
        assert currencies() == before
        assert not house_wallets("XAU")

    def test_nothing_is_left_when_a_house_wallet_cannot_be_made(
        self, superuser, signed_in, monkeypatch
    ):
        broken = chart.HouseWallet("R." + "X" * 60, "R.X", "a code that does not fit", floor=None)
        monkeypatch.setattr(chart, "HOUSE", (*chart.HOUSE, broken))
        browser = signed_in(superuser)
        browser.raise_request_exception = False
        assert browser.post(ADD, NEW).status_code >= 400
        assert "XAU" not in currencies()
        assert not house_wallets("XAU")

    def test_changes_only_name_and_position(self, operator, signed_in):
        sent = {"name": "Pound", "position": "7", "code": "GBX", "decimals": "3", "kind": "points"}
        assert signed_in(operator).post(change_page("GBP"), sent).status_code == 302
        pound = Currency.objects.get(pk="GBP")
        assert (pound.name, pound.position) == ("Pound", 7)
        assert (pound.decimals, pound.kind) == (2, "fiat")
        event = AuditEvent.objects.get(action="currency.described", object_id="GBP")
        assert (event.before["position"], event.after["position"]) == (1, 7)

    def test_cannot_be_deleted(self, superuser, signed_in):
        answer = signed_in(superuser).post("/admin/wallets/currency/GBP/delete/", {"post": "yes"})
        assert answer.status_code == 403
        assert "GBP" in currencies()

    @pytest.mark.parametrize("who", ["auditor", "reviewer"])
    def test_is_not_added_or_changed_by_others(self, who, signed_in, request):
        browser = signed_in(request.getfixturevalue(who))
        assert browser.post(ADD, NEW).status_code == 403
        assert browser.post(change_page("GBP"), {"name": "X", "position": 1}).status_code == 403
        assert "XAU" not in currencies()
        assert Currency.objects.get(pk="GBP").name == "Pound sterling"
