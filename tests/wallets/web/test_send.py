"""Sending money on pages: nothing moves before it is confirmed, and it moves once."""

import re

import pytest
from django.db import transaction

from coinhub.core.ids import new_public_id
from coinhub.users.services import second_factor
from tests.conftest import make_staff, wallet_of
from tests.wallets.web.test_pages import words
from wallets.models import Transaction, Wallet
from wallets.services import wallets as wallet_services

pytestmark = pytest.mark.django_db


@pytest.fixture
def purse(alice) -> Wallet:
    return wallet_of(alice, funded="100")


def typed(purse: Wallet, to: object, amount: str = "25.50", **more: str) -> dict[str, str]:
    return {
        "to": str(to),
        "amount": amount,
        "wallet": str(purse.public_id),
        "note": "Dinner",
        "step": "review",
        **more,
    }


def key_on(page) -> str:
    return re.search(r'name="key" value="([^"]+)"', page.content.decode()).group(1)


def confirm(browser, form: dict[str, str]):
    """Review, then press the button on the second page."""
    page = browser.post("/send/", form)
    return browser.post("/send/", {**form, "step": "pay", "key": key_on(page)})


def confirm_anyway(browser, form: dict[str, str]):
    """Press the button of a second page that was never shown."""
    return browser.post("/send/", {**form, "step": "pay", "key": "k" * 32})


def available(wallet: Wallet) -> str:
    wallet.refresh_from_db()
    return f"{wallet.available:.2f}"


def payments() -> int:
    return Transaction.objects.filter(type=Transaction.Type.TRANSFER).count()


class TestSend:
    def test_the_review_says_what_will_happen_and_moves_nothing(self, purse, alice, bob, signed_in):
        page = signed_in(alice).post("/send/", typed(purse, bob))
        text = words(page)
        assert f"To {bob}" in text
        assert "Available now 100.00 GBP" in text
        assert "Available afterwards 74.50 GBP" in text
        assert available(purse) == "100.00"
        assert payments() == 0

    def test_a_note_with_control_characters_is_refused_and_moves_nothing(
        self, purse, alice, bob, signed_in
    ):
        answer = confirm_anyway(signed_in(alice), typed(purse, bob, note="a\x1b[31mb"))
        assert "A note is one line of text." in words(answer)
        assert (available(purse), payments()) == ("100.00", 0)

    def test_the_confirmed_payment_reaches_a_customer_without_a_wallet(
        self, purse, alice, bob, signed_in
    ):
        answer = confirm(signed_in(alice), typed(purse, bob))
        assert answer.status_code == 302
        shown = words(signed_in(alice).get(answer.url))
        assert f"Sent to {bob}" in shown
        assert available(purse) == "74.50"
        assert available(bob.wallets.get(currency="GBP")) == "25.50"

    def test_a_double_click_pays_once_and_shows_the_same_payment(
        self, purse, alice, bob, signed_in
    ):
        browser, form = signed_in(alice), typed(purse, bob)
        key = key_on(browser.post("/send/", form))
        first = browser.post("/send/", {**form, "step": "pay", "key": key})
        second = browser.post("/send/", {**form, "step": "pay", "key": key})
        assert first.url == second.url
        assert available(purse) == "74.50"
        assert payments() == 1

    def test_the_key_of_one_payment_is_refused_for_another(self, purse, alice, bob, signed_in):
        browser, form = signed_in(alice), typed(purse, bob)
        key = key_on(browser.post("/send/", form))
        browser.post("/send/", {**form, "step": "pay", "key": key})
        other = browser.post("/send/", {**form, "amount": "30", "step": "pay", "key": key})
        assert other.status_code == 422
        assert "sent already" in words(other)
        assert available(purse) == "74.50"

    def test_without_a_key_nothing_is_paid(self, purse, alice, bob, signed_in):
        for key in ("", "short", "ä" * 20, "x" * 65):
            form = typed(purse, bob, step="pay", key=key)
            assert signed_in(alice).post("/send/", form).status_code == 400
        assert available(purse) == "100.00"

    def test_a_wallet_id_is_as_good_as_an_e_mail(self, purse, alice, bob, signed_in):
        confirm(signed_in(alice), typed(purse, wallet_of(bob).public_id))
        assert available(purse) == "74.50"

    def test_going_back_keeps_what_was_typed(self, purse, alice, bob, signed_in):
        page = signed_in(alice).post("/send/", typed(purse, bob, step="change"))
        body = page.content.decode()
        assert f'value="{bob}"' in body
        assert 'value="25.50"' in body
        assert "field-error" not in body

    def test_an_amount_may_be_pasted_as_pages_show_it(self, alice, bob, signed_in):
        rich = wallet_of(alice, funded="5000")
        confirm(signed_in(alice), typed(rich, bob, amount="1\u202f234.50"))
        assert available(rich) == "3765.50"


class TestRefusals:
    @pytest.mark.parametrize(
        "amount",
        [
            "0",
            "-1",
            "1e3",
            "NaN",
            "Infinity",
            "1,50",
            "1.005",
            "٣",
            "0x10",
            ".5",
            "1.",
            "",
            "1" * 40,
        ],
    )
    def test_what_is_no_amount_is_said_at_the_field(self, purse, alice, bob, signed_in, amount):
        page = signed_in(alice).post("/send/", typed(purse, bob, amount=amount))
        assert page.status_code == 422
        assert 'id="id_amount_error"' in page.content.decode()
        assert f'value="{bob}"' in page.content.decode()
        assert available(purse) == "100.00"

    def test_more_than_is_available_is_refused_with_what_is_there(
        self, purse, alice, bob, signed_in
    ):
        page = signed_in(alice).post("/send/", typed(purse, bob, amount="100.01"))
        assert page.status_code == 422
        assert "more than is available: 100.00 GBP" in words(page)

    def test_recipients_who_cannot_be_paid_look_alike(self, purse, alice, bob, signed_in):
        frozen = wallet_of(bob)
        wallet_services.freeze(frozen)
        nobodies = [
            "nobody@example.com",
            str(new_public_id()),
            str(frozen.public_id),
            str(bob),
            str(make_staff("maker")),
            "words",
        ]
        pages = {words(signed_in(alice).post("/send/", typed(purse, to))).count("cannot be paid")
                 for to in nobodies}  # fmt: skip
        assert pages == {1}
        assert payments() == 0

    def test_a_payment_to_oneself_is_refused(self, purse, alice, signed_in):
        reviewed = signed_in(alice).post("/send/", typed(purse, alice))
        for page in (reviewed, confirm_anyway(signed_in(alice), typed(purse, alice))):
            assert page.status_code == 422
            assert "your own wallet" in words(page)
        assert (available(purse), payments()) == ("100.00", 0)

    def test_somebody_elses_wallet_cannot_be_chosen(self, purse, alice, bob, signed_in):
        theirs = wallet_of(bob, funded="100")
        page = signed_in(alice).post("/send/", typed(theirs, alice, step="pay", key="k" * 32))
        assert page.status_code == 422
        assert "Choose a wallet" in words(page)
        assert available(theirs) == "100.00"

    def test_a_recipients_wallet_in_another_currency_is_refused(self, purse, alice, bob, signed_in):
        euros = wallet_of(bob, "EUR")
        page = signed_in(alice).post("/send/", typed(purse, euros.public_id))
        assert page.status_code == 422
        assert "another currency" in words(page)
        assert available(purse) == "100.00"


@pytest.fixture
def dora(alice):
    """Alice, who has a second factor."""
    with transaction.atomic():
        second_factor.enrol_totp(alice)
    return alice


class TestSecondFactor:
    """A payment above 100 USD, which 80 GBP are."""

    @pytest.fixture(autouse=True)
    def _above_a_hundred_dollars(self, settings):
        settings.TRANSFER_STEP_UP_USD = 100

    def asked(self, browser, form):
        """Press the button of the second page, and give the page that asks for the code."""
        key = key_on(browser.post("/send/", form))
        page = browser.post("/send/", {**form, "step": "pay", "key": key})
        assert page.status_code == 200
        challenge = re.search(r'name="challenge" value="([^"]+)"', page.content.decode()).group(1)
        return {**form, "step": "pay", "key": key, "challenge": challenge}

    def test_is_asked_for_exactly_this_payment_and_then_it_is_made(
        self, purse, dora, bob, signed_in
    ):
        browser = signed_in(dora)
        form = self.asked(browser, typed(purse, bob, amount="90"))
        assert available(purse) == "100.00"
        code = second_factor.find_unused_code(dora)
        paid = browser.post("/send/", {**form, "code": code})
        again = browser.post("/send/", {**form, "code": code})
        assert (paid.status_code, paid.url) == (302, again.url)
        assert (available(purse), payments()) == ("10.00", 1)

    def test_of_one_payment_is_no_good_for_another(self, purse, dora, bob, signed_in):
        browser = signed_in(dora)
        form = self.asked(browser, typed(purse, bob, amount="90"))
        code = second_factor.find_unused_code(dora)
        page = browser.post("/send/", {**form, "amount": "95", "code": code})
        assert "needs your second factor" in words(page)
        assert (available(purse), payments()) == ("100.00", 0)

    def test_with_a_wrong_code_nothing_moves_and_it_is_asked_for_again(
        self, purse, dora, bob, signed_in
    ):
        browser = signed_in(dora)
        form = self.asked(browser, typed(purse, bob, amount="90"))
        page = browser.post("/send/", {**form, "code": "000000"})
        assert page.status_code == 422
        assert "This code is not right" in words(page)
        assert (available(purse), payments()) == ("100.00", 0)

    def test_who_has_none_is_told_to_set_one_up(self, purse, alice, bob, signed_in):
        page = confirm(signed_in(alice), typed(purse, bob, amount="90"))
        assert "Set one up in your settings" in words(page)
        assert (available(purse), payments()) == ("100.00", 0)

    def test_a_smaller_payment_needs_none(self, purse, alice, bob, signed_in):
        confirm(signed_in(alice), typed(purse, bob, amount="79"))
        assert (available(purse), payments()) == ("21.00", 1)
