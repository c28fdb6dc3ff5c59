"""Giving back and taking back on pages."""

import re

import pytest

from tests.conftest import gbp, make_staff, wallet_of
from tests.wallets.web.test_pages import words
from wallets.models import Transaction, Wallet
from wallets.selectors import standings
from wallets.services import stops, transfers

pytestmark = pytest.mark.django_db


@pytest.fixture
def sides(alice, bob):
    return wallet_of(alice, funded="100"), wallet_of(bob)


@pytest.fixture
def paid(sides, actor):
    return transfers.transfer(
        payer=sides[0], payee=sides[1], amount=gbp("60"), actor=actor
    ).transaction


def available(wallet):
    return f"{Wallet.objects.get(pk=wallet.pk).available:.2f}"


def key_on(page):
    return re.search(r'name="key" value="([^"]+)"', page.content.decode()).group(1)


class TestRefund:
    def test_is_offered_to_the_payee_alone(self, paid, alice, bob, signed_in):
        where = f"/transactions/{paid.public_id}/"
        assert "Give it back" in words(signed_in(bob).get(where))
        assert "Give it back" not in words(signed_in(alice).get(where))

    def test_of_a_part_is_linked_both_ways(self, sides, paid, alice, bob, signed_in):
        browser, where = signed_in(bob), f"/transactions/{paid.public_id}/refund/"
        page = browser.get(where)
        assert "Can still go back 60.00 GBP" in words(page)
        form = {"key": key_on(page), "amount": "25.50"}
        first, second = browser.post(where, form), browser.post(where, form)
        assert (first.status_code, first.url) == (302, second.url)
        assert (available(sides[0]), available(sides[1])) == ("65.50", "34.50")
        shown = signed_in(alice).get(f"/transactions/{paid.public_id}/")
        assert "Given back 25.50 GBP" in words(shown)
        assert first.url in shown.content.decode()
        assert f"/transactions/{paid.public_id}/" in browser.get(first.url).content.decode()

    @pytest.mark.parametrize(
        ("amount", "said"),
        [("60.01", "Only 60.00 GBP is left"), ("0", "a number above zero"), ("x", "12.50")],
    )
    def test_of_what_cannot_be_is_said_at_the_amount(
        self, sides, paid, bob, signed_in, amount, said
    ):
        browser, where = signed_in(bob), f"/transactions/{paid.public_id}/refund/"
        page = browser.post(where, {"key": key_on(browser.get(where)), "amount": amount})
        assert page.status_code == 422
        assert said in words(page)
        assert available(sides[1]) == "60.00"

    def test_is_refused_to_the_payer_and_to_strangers(self, sides, paid, alice, carol, signed_in):
        for person in (alice, carol):
            browser, where = signed_in(person), f"/transactions/{paid.public_id}/refund/"
            assert browser.get(where).status_code == 403
            browser.post(where, {"key": "k" * 32, "amount": "1"})
        assert available(sides[1]) == "60.00"


class TestRecall:
    def test_takes_back_what_still_waits(self, sides, alice, carol, signed_in, actor):
        waiting = transfers.transfer(
            payer=sides[0], payee=wallet_of(carol), amount=gbp("30"), actor=actor
        ).transaction
        browser = signed_in(alice)
        assert "Take it back" in words(browser.get(f"/transactions/{waiting.public_id}/"))
        where = f"/transactions/{waiting.public_id}/recall/"
        answer = browser.post(where, {"key": key_on(browser.get(where))})
        assert answer.status_code == 302
        assert available(sides[0]) == "100.00"
        shown = words(browser.get(answer.url))
        assert "Cancelled" in shown
        assert "Take it back" not in shown

    def test_is_not_offered_for_what_arrived(self, sides, paid, alice, signed_in):
        browser = signed_in(alice)
        assert "Take it back" not in words(browser.get(f"/transactions/{paid.public_id}/"))
        answer = browser.post(f"/transactions/{paid.public_id}/recall/", {"key": "k" * 32})
        assert answer.status_code == 409
        assert available(sides[0]) == "40.00"
        assert Transaction.objects.get(pk=paid.pk).state == "completed"


class TestBanner:
    def test_stands_on_every_page_while_something_is_stopped(self, alice, signed_in, actor):
        browser = signed_in(alice)
        assert "paused" not in words(browser.get("/"))
        stops.engage(
            scope="operation", value="transfer", reason="a drill", message="Back at noon.",
            actor=actor,
        )  # fmt: skip

        standings.forget()
        for page in ("/", "/wallets/", "/send/", "/transactions/", "/accounts/login/"):
            shown = signed_in(alice).get(page, follow=True)
            assert "Payments to others are paused. Back at noon." in words(shown)

    def test_stands_in_the_back_office_too(self, signed_in, actor):
        stops.engage(scope="all", reason="a drill", message="Back at noon.", actor=actor)
        standings.forget()
        shown = signed_in(make_staff("maker", superuser=True)).get("/admin/")
        assert "Everything that moves money is paused. Back at noon." in words(shown)
