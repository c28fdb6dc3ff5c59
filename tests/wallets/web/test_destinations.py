"""The address book on pages."""

import re
from uuid import uuid4

import pytest
from django.db import transaction

from coinhub.users.services import second_factor
from tests.conftest import make_customer
from tests.wallets.address_book import entries, newest, open_book
from tests.wallets.web.test_pages import words

pytestmark = pytest.mark.django_db
TYPED = {
    "where": "GBP:iban",
    "address": "GB82 WEST 1234 5698 7654 32",
    "label": "My bank",
    "is_own": "on",
    "step": "review",
}
ADD = "/destinations/add/"


@pytest.fixture(autouse=True)
def _book(db):
    open_book()


@pytest.fixture
def dora():
    user = make_customer("dora")
    with transaction.atomic():
        second_factor.enrol_totp(user)
    return user


@pytest.fixture
def browser(dora, signed_in):
    return signed_in(dora)


def challenge_on(page):
    return re.search(r'name="challenge" value="([^"]+)"', page.content.decode()).group(1)


def confirm(browser, user, typed=TYPED, code=""):
    page = browser.post(ADD, typed)
    assert page.status_code == 200, words(page)
    code = code or second_factor.find_unused_code(user)
    form = typed | {"step": "confirm", "challenge": challenge_on(page), "code": code}
    return browser.post(ADD, form, follow=True)


class TestAdding:
    def test_shows_the_whole_address_and_asks_for_a_code_before_anything_is_kept(self, browser):
        page = browser.post(ADD, TYPED)
        text = words(page)
        assert "GB82WEST12345698765432" in text
        assert "Usable 24 hours from now" in text
        assert entries() == 0

    def test_with_the_code_it_is_in_the_book_and_not_usable_yet(self, browser, dora):
        page = confirm(browser, dora)
        text = words(page)
        assert page.redirect_chain[-1][0] == "/destinations/"
        assert "My bank was added" in text
        assert "GB82WE…5432 · yours" in text
        assert "Usable from" in text
        assert "GB82WEST12345698765432" not in text

    def test_a_wrong_code_asks_again_and_adds_nothing(self, browser, dora):
        page = confirm(browser, dora, code="000000")
        assert page.status_code == 422
        assert "This code is not right" in words(page)
        assert challenge_on(page)
        assert entries() == 0

    def test_a_changed_address_after_the_review_is_not_the_one_that_was_confirmed(
        self, browser, dora
    ):
        page = browser.post(ADD, TYPED)
        other = TYPED | {"address": "DE89370400440532013000"}
        code = second_factor.find_unused_code(dora)
        form = other | {"step": "confirm", "challenge": challenge_on(page), "code": code}
        answer = browser.post(ADD, form)
        assert "DE89370400440532013000" in words(answer)
        assert challenge_on(answer) != form["challenge"]
        assert entries() == 0

    def test_somebody_elses_confirmation_is_refused(self, browser, alice, signed_in):
        challenge = challenge_on(browser.post(ADD, TYPED))
        form = TYPED | {"step": "confirm", "challenge": challenge, "code": "123456"}
        answer = signed_in(alice).post(ADD, form)
        assert answer.status_code == 422
        assert entries() == 0

    def test_without_a_second_factor_it_says_what_to_do(self, alice, signed_in):
        page = signed_in(alice).post(ADD, TYPED)
        assert page.status_code == 422
        assert "Set one up in your settings first" in words(page)
        assert entries() == 0

    @pytest.mark.parametrize(
        ("change", "told"),
        [
            ({"address": "GB82WEST12345698765433"}, "check digits are wrong"),
            ({"address": ""}, "Enter the address or IBAN."),
            ({"label": " "}, "Give it a name."),
            ({"where": "GBP:bitcoin"}, "Choose one."),
            ({"where": "PTS:iban"}, "Choose one."),
            ({"where": "BTC:bitcoin"}, "this is no address of bitcoin"),
        ],
    )
    def test_what_is_wrong_is_said_and_what_was_typed_stays(self, browser, change, told):
        page = browser.post(ADD, TYPED | change)
        assert page.status_code == 422
        assert told in words(page)
        assert entries() == 0

    def test_going_back_keeps_what_was_typed(self, browser):
        page = browser.post(ADD, TYPED | {"step": "change"})
        body = page.content.decode()
        assert 'value="My bank"' in body
        assert 'value="GB82 WEST 1234 5698 7654 32"' in body
        assert "field-error" not in body

    def test_the_same_place_again_is_said_and_not_added(self, browser, dora):
        confirm(browser, dora)
        page = browser.post(ADD, TYPED | {"label": "Other"}, follow=True)
        assert "already, as My bank" in words(page)
        assert entries() == 1


class TestRemoving:
    def test_asks_first_and_then_removes(self, browser, dora):
        confirm(browser, dora)
        row = newest()
        address = f"/destinations/{row.public_id}/remove/"
        assert "Remove this address?" in words(browser.get(address))
        assert entries(archived_at__isnull=True)
        page = browser.post(address, follow=True)
        assert "The address was removed." in words(page)
        assert "No address yet" in words(page)
        assert browser.post(address).status_code == 404

    def test_somebody_elses_and_none_are_the_same_page(self, browser, dora, alice, signed_in):
        confirm(browser, dora)
        row, hers = newest(), signed_in(alice)
        for name in (row.public_id, uuid4()):
            for answer in (
                hers.get(f"/destinations/{name}/remove/"),
                hers.post(f"/destinations/{name}/remove/"),
            ):
                assert answer.status_code == 403
        row.refresh_from_db()
        assert row.archived_at is None
