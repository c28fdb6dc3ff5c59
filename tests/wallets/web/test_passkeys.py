"""Who has nothing but a passkey pays, withdraws and keeps an address book on pages."""

import json
import re
from decimal import Decimal

import pytest

from tests.conftest import make_customer, wallet_of
from tests.passkeys import Passkey
from tests.wallets.address_book import entries, open_book
from tests.wallets.leaving import leaver, place
from tests.wallets.web.test_pages import words
from wallets.models import Transaction, Wallet

pytestmark = pytest.mark.django_db


def options_on(page) -> dict:
    """Give what the page asks a passkey to sign."""
    (data,) = re.findall(
        r'<script id="passkey-[^"]+" type="application/json">(.+?)</script>', page.content.decode()
    )
    return json.loads(data)


def hidden(page, name: str) -> str:
    return re.search(rf'name="{name}" value="([^"]+)"', page.content.decode())[1]


def proved(page, key: Passkey) -> dict:
    """Give what the page's script adds to the form."""
    signed = key.sign(options_on(page))
    return {"challenge": hidden(page, "challenge"), "credential": json.dumps(signed), "code": ""}


@pytest.fixture
def key() -> Passkey:
    return Passkey()


class TestSend:
    @pytest.fixture(autouse=True)
    def _above_a_hundred_dollars(self, settings):
        settings.TRANSFER_STEP_UP_USD = 100

    def test_a_large_payment_is_confirmed_once_by_what_was_signed_for_it(self, bob, signed_in, key):
        dora = make_customer("dora")
        key.add_to(dora)
        purse, theirs = wallet_of(dora, funded="500"), wallet_of(bob)
        browser = signed_in(dora)
        form = {"to": bob.email, "amount": "90", "wallet": str(purse.public_id), "note": ""}
        review = browser.post("/send/", {**form, "step": "review"})
        sent = {**form, "step": "pay", "key": hidden(review, "key")}
        page = browser.post("/send/", sent)
        assert "Or a recovery code" in words(page)
        other = browser.post("/send/", {**sent, **proved(page, key), "amount": "91"})
        assert other.status_code == 200
        assert hidden(other, "challenge") != hidden(page, "challenge")
        foreign = {**proved(page, key), "challenge": hidden(other, "challenge")}
        refused = browser.post("/send/", {**sent, **foreign, "amount": "91"})
        assert refused.status_code == 422
        assert "was not your passkey" in words(refused)
        good = {**sent, **proved(page, key)}
        paid, again = browser.post("/send/", good), browser.post("/send/", good)
        assert (paid.status_code, paid.url) == (302, again.url)
        theirs.refresh_from_db()
        assert theirs.available == Decimal(90)


class TestWithdraw:
    def test_goes_out_once_with_a_passkey(self, signed_in, key):
        ann = leaver()
        key.add_to(ann)
        browser = signed_in(ann)
        there = {"destination": str(place(ann).public_id), "amount": "25.50"}
        page = browser.post("/withdraw/", {**there, "step": "review"})
        form = {**there, "step": "withdraw", "key": hidden(page, "key"), **proved(page, key)}
        answers = [browser.post("/withdraw/", form) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [302, 302]
        assert Wallet.objects.get(owner=ann).locked == Decimal("25.50")
        assert Transaction.objects.filter(type="withdrawal", status="PENDING").count() == 1


class TestAnAddress:
    def test_is_added_with_a_passkey_and_not_with_another_address(self, signed_in, key):
        open_book()
        dora = make_customer("dora")
        key.add_to(dora)
        browser = signed_in(dora)
        typed = {
            "where": "GBP:iban",
            "address": "GB82 WEST 1234 5698 7654 32",
            "label": "My bank",
            "is_own": "on",
        }
        page = browser.post("/destinations/add/", {**typed, "step": "review"})
        form = {**typed, "step": "confirm", **proved(page, key)}
        changed = browser.post("/destinations/add/", {**form, "address": "DE89370400440532013000"})
        assert (changed.status_code, entries()) == (200, 0)
        page = browser.post("/destinations/add/", {**typed, "step": "review"})
        done = browser.post(
            "/destinations/add/", {**typed, "step": "confirm", **proved(page, key)}, follow=True
        )
        assert "My bank was added" in words(done)
        assert entries() == 1
