"""Withdrawing and depositing on pages: nothing moves before it is confirmed, and it moves once."""

import re
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from coinhub.users.services import second_factor
from tests.conftest import make_customer
from tests.wallets.leaving import due, leaver, place, state_of, withdraw
from tests.wallets.web.test_pages import words
from wallets.models import Receipt, Transaction, Wallet
from wallets.services import payouts

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann(db):
    return leaver()


@pytest.fixture
def browser(ann, signed_in):
    return signed_in(ann)


def typed(there, amount="25.50", **more):
    return {"destination": str(there.public_id), "amount": amount, "step": "review", **more}


def hidden(page, name):
    return re.search(rf'name="{name}" value="([^"]+)"', page.content.decode()).group(1)


def code_of(user):
    with transaction.atomic():
        return second_factor.new_recovery_codes(user)[0]


def confirm(browser, form, page, code):
    more = {"step": "withdraw", "key": hidden(page, "key"), "code": code}
    return browser.post(
        "/withdraw/", form | more | {"challenge": hidden(page, "challenge")}, follow=True
    )


def withdrawals_of(user):
    return Transaction.objects.filter(payer_wallet__owner=user, type="withdrawal", status="PENDING")


def test_more_under_way_costs_no_more_queries(ann, browser):
    withdraw(ann, "1.00")
    with CaptureQueriesContext(connection) as few:
        assert "1.00" in words(browser.get("/withdraw/"))
    withdraw(ann, "2.00")
    withdraw(ann, "3.00")
    with CaptureQueriesContext(connection) as many:
        text = words(browser.get("/withdraw/"))
    assert all(amount in text for amount in ("1.00", "2.00", "3.00"))
    assert len(many) <= len(few)


class TestWithdraw:
    def test_the_review_says_what_will_happen_and_moves_nothing(self, ann, browser):
        page = browser.post("/withdraw/", typed(place(ann)))
        text = words(page)
        assert page.status_code == 200
        assert "25.50" in text
        assert "GB33 … 5555" in text
        assert Wallet.objects.get(owner=ann).available == 1000

    def test_the_code_sets_the_money_aside_and_shows_where_it_stands(self, ann, browser):
        form = typed(place(ann))
        page = browser.post("/withdraw/", form)
        done = confirm(browser, form, page, code_of(ann))
        assert "Where it stands" in words(done)
        assert "Take it back" in words(done)
        wallet = Wallet.objects.get(owner=ann)
        assert (wallet.available, wallet.locked) == (Decimal("974.50"), Decimal("25.50"))
        assert withdrawals_of(ann).count() == 1

    def test_a_second_click_withdraws_once(self, ann, browser):
        form = typed(place(ann))
        page, code = browser.post("/withdraw/", form), code_of(ann)
        first = confirm(browser, form, page, code)
        again = confirm(browser, form, page, code)
        assert first.redirect_chain == again.redirect_chain
        assert withdrawals_of(ann).count() == 1

    def test_a_wrong_code_moves_nothing_and_can_be_corrected(self, ann, browser):
        form = typed(place(ann))
        page = browser.post("/withdraw/", form)
        wrong = confirm(browser, form, page, "000000")
        assert wrong.status_code == 422
        assert "not right" in words(wrong)
        assert withdrawals_of(ann).count() == 0
        assert "Where it stands" in words(confirm(browser, form, wrong, code_of(ann)))

    def test_more_than_there_is_is_refused_before_a_code_is_asked_for(self, ann, browser):
        page = browser.post("/withdraw/", typed(place(ann), "1000.01"))
        assert page.status_code == 422
        assert "more than is available" in words(page)
        assert withdrawals_of(ann).count() == 0

    def test_without_an_address_it_leads_to_the_address_book(self, browser):
        assert "There is no address yet" in words(browser.get("/withdraw/"))

    def test_somebody_elses_address_cannot_be_chosen(self, ann, bob, browser):
        page = browser.post("/withdraw/", typed(place(bob)))
        assert page.status_code == 422
        assert withdrawals_of(ann).count() == 0


class TestCancel:
    def cancel(self, browser, txn):
        return browser.post(reverse("withdraw_cancel", args=[txn.public_id]), follow=True)

    def test_gives_the_money_back(self, ann, browser):
        txn = withdraw(ann, "10.00")
        assert "was taken back" in words(self.cancel(browser, txn))
        assert state_of(txn) == "cancelled"
        assert Wallet.objects.get(owner=ann).available == 1000

    def test_says_when_it_is_too_late(self, ann, browser):
        txn = withdraw(ann, "10.00")
        due(txn)
        payouts.send_due()
        assert "cannot be taken back" in words(self.cancel(browser, txn))
        assert state_of(txn) == "sent"

    def test_somebody_elses_looks_as_if_it_were_not_there(self, ann, signed_in):
        txn = withdraw(ann, "10.00")
        other = signed_in(make_customer())
        assert self.cancel(other, txn).status_code == 403
        assert state_of(txn) == "approved"


class TestDeposit:
    def arrive(self, browser, amount="12.50"):
        key = hidden(browser.get("/deposit/"), "key")
        form = {"amount": amount, "currency": "GBP", "key": key}
        return browser.post("/deposit/", form, follow=True), form

    def test_arrives_and_is_listed(self, ann, browser):
        done, form = self.arrive(browser)
        assert done.status_code == 200
        assert browser.post("/deposit/", form).status_code == 302
        assert Receipt.objects.filter(customer=ann).count() == 1
        assert "12.50" in words(browser.get("/deposit/"))
        assert Wallet.objects.get(owner=ann).available == Decimal("1012.50")

    def test_is_held_with_the_reason_for_whom_is_not_known(self, carol, signed_in):
        browser = signed_in(carol)
        self.arrive(browser)
        text = words(browser.get("/deposit/"))
        assert "your identity check is not finished" in text
        assert Wallet.objects.get(owner=carol).held == Decimal("12.50")

    def test_what_is_no_amount_moves_nothing(self, ann, browser):
        page, _ = self.arrive(browser, "12.505")
        assert page.status_code == 422
        assert not Receipt.objects.filter(customer=ann).exists()
