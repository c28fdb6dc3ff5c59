"""A payment on pages, committed for good: what the ledger refuses at the last moment."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from coinhub.core.errors import Unavailable
from tests.conftest import make_customer, wallet_of
from tests.wallets.web.test_pages import words
from tests.wallets.web.test_send import available, confirm, key_on, typed
from wallets.services import transfers
from wallets.services import wallets as wallet_services
from wallets.web import send

pytestmark = pytest.mark.usefixtures("committed_db")
SignIn = Callable[..., Client]


def test_alice_pays_bob_and_both_see_it(signed_in: SignIn):
    alice, bob = make_customer("alice"), make_customer("bob")
    purse = wallet_of(alice, funded="100")
    browser = signed_in(alice)
    answer = confirm(browser, typed(purse, bob))
    assert f"Sent to {bob}" in words(browser.get(answer.url))
    assert "74.50 GBP" in words(browser.get("/"))
    his = words(signed_in(bob).get("/"))
    assert f"From {alice}" in his
    assert "+25.50 GBP" in his


def test_money_that_went_meanwhile_is_refused_with_what_is_left(signed_in: SignIn):
    alice, bob = make_customer("alice"), make_customer("bob")
    purse = wallet_of(alice, funded="100")
    browser, form = signed_in(alice), typed(purse, bob, amount="80")
    key = key_on(browser.post("/send/", form))
    confirm(browser, typed(purse, bob, amount="50"))
    late = browser.post("/send/", {**form, "step": "pay", "key": key})
    assert late.status_code == 422
    assert "more than is available: 50.00 GBP" in words(late)
    assert f'value="{bob}"' in late.content.decode()
    assert available(purse) == "50.00"


def test_a_wallet_frozen_meanwhile_pays_nothing_and_says_so(signed_in: SignIn):
    alice, bob = make_customer("alice"), make_customer("bob")
    purse = wallet_of(alice, funded="100")
    browser, form = signed_in(alice), typed(purse, bob)
    key = key_on(browser.post("/send/", form))
    wallet_services.freeze(purse)
    page = browser.post("/send/", {**form, "step": "pay", "key": key})
    assert page.status_code == 422
    assert "wallet is frozen" in words(page)
    assert available(purse) == "100.00"
    assert "frozen" in words(browser.get(f"/wallets/{purse.public_id}/"))


def test_an_answer_that_was_lost_is_asked_for_again_and_paid_once(
    signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
):
    alice, bob = make_customer("alice"), make_customer("bob")
    purse = wallet_of(alice, funded="100")
    browser, form = signed_in(alice), typed(purse, bob)
    key = key_on(browser.post("/send/", form))

    def pay_and_lose_the_answer(**asked: Any) -> Any:
        transfers.pay(**asked)
        raise Unavailable

    with monkeypatch.context() as lost:
        lost.setattr(send, "transfers", SimpleNamespace(pay=pay_and_lose_the_answer))
        page = browser.post("/send/", {**form, "step": "pay", "key": key})
    assert page.status_code == 503
    assert "never made twice" in words(page)
    assert key_on(page) == key
    again = browser.post("/send/", {**form, "step": "pay", "key": key})
    assert again.status_code == 302
    assert available(purse) == "74.50"
