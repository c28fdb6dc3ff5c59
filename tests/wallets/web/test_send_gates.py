"""The gates on the pages of a payment: said in words before anything moves."""

import pytest

from tests.conftest import make_customer, wallet_of
from tests.wallets.web.test_pages import words
from tests.wallets.web.test_send import available, confirm, confirm_anyway, payments, typed
from wallets.selectors import prices
from wallets.services import cooldown, freezes, stops

pytestmark = pytest.mark.django_db


@pytest.fixture
def purse(alice):
    return wallet_of(alice, funded="100")


@pytest.fixture
def refused(purse, alice, bob, signed_in):
    """See that the first page, and the second one without the first, refuse in these words."""

    def see(said, **more):
        form = typed(purse, more.pop("to", bob), **more)
        browser = signed_in(alice)
        for page in (browser.post("/send/", form), confirm_anyway(browser, form)):
            assert page.status_code == 422
            assert said in words(page)
        assert (available(purse), payments()) == ("100.00", 0)

    return see


def test_a_stop_is_told_in_its_own_words(refused, actor):
    stops.engage(
        scope="currency", value="GBP", reason="a drill", message="Back at noon.", actor=actor
    )
    refused("Back at noon.")


def test_who_is_frozen_pays_nobody(refused, alice, actor):
    freezes.freeze(customer_id=alice.pk, kind="debit", reason="asked by a court", actor=actor)
    refused("Your account is frozen")


def test_a_frozen_recipient_is_no_recipient(refused, bob, actor):
    freezes.freeze(customer_id=bob.pk, kind="full", reason="asked by a court", actor=actor)
    refused("This recipient cannot be paid")


def test_a_pause_is_told(refused, alice):
    for _ in range(3):
        cooldown.note_failure(alice.pk)
    refused("Three payments in a row failed")


def test_without_a_price_nothing_moves(refused, monkeypatch):
    monkeypatch.setattr(prices, "_refill", [])
    refused("There is no recent price of this currency")


def test_an_amount_out_of_range_names_the_range(alice, bob, signed_in):
    wallet_of(alice, "BTC", funded="1")
    coin = alice.wallets.get(currency="BTC")
    page = signed_in(alice).post("/send/", typed(coin, bob, amount="0.00000001"))
    assert page.status_code == 422
    assert "One payment is 0.0000" in words(page)
    assert payments() == 0


def test_the_identity_comes_first(bob, signed_in):
    someone = make_customer("someone", kyc="pending")
    purse = wallet_of(someone, funded="5")
    page = signed_in(someone).post("/send/", typed(purse, bob, amount="1"))
    assert "Your identity check comes first" in words(page)
    assert payments() == 0


def test_a_review_that_fails_is_no_failure_of_a_payment(purse, alice, bob, signed_in):
    browser = signed_in(alice)
    for _ in range(3):
        page = browser.post("/send/", typed(purse, bob, amount="100.01"))
        assert "more than is available" in words(page)
    confirm(browser, typed(purse, bob, amount="1"))
    assert payments() == 1
