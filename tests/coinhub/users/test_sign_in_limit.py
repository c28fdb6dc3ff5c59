"""The limit of sign-ins: exact under a crowd, shared by all doors, and no weapon against owners."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection
from django.test import Client

from coinhub.core.db import database_clock
from coinhub.users.models import TryBudget
from coinhub.users.services import second_factor, sign_in_limit
from coinhub.users.services.sign_in_limit import TooManySignIns
from tests.api_client import Caller
from tests.coinhub.users.test_account_pages import is_in
from tests.coinhub.users.test_second_factor import enrol
from tests.conftest import PASSWORD, make_customer

WRONG = "not-the-right-password"


@pytest.fixture(autouse=True)
def _limited(settings):
    settings.RATE_LIMITS = True


def page(email, password=WRONG, client=None, **headers):
    client = client or Client()
    return client.post("/accounts/login/", {"login": email, "password": password}, headers=headers)


def api(email, password=WRONG, **headers):
    body = {"email": email, "password": password}
    return Caller().post("auth/token", body, key=None, headers=headers)


def prove(browser, user):
    code = second_factor.find_unused_code(user)
    return browser.post("/accounts/2fa/authenticate/", {"code": code})


def an_hour_passes():
    for budget in TryBudget.objects.all():
        budget.tries = [moment - timedelta(hours=1) for moment in budget.tries]
        budget.save(update_fields=["tries"])


class TestACrowd:
    def test_of_three_hundred_from_fifty_addresses_gets_five_checks(
        self, committed_db, settings, monkeypatch
    ):
        settings.ADDRESS_HEADER = "X-Forwarded-For"
        user, checks, lock = make_customer("crowded"), [], threading.Lock()
        verify = MD5PasswordHasher.verify

        def counted(*args):
            with lock:
                checks.append(1)
            return verify(*args)

        monkeypatch.setattr(MD5PasswordHasher, "verify", counted)

        def one(number):
            try:
                door = page if number % 2 else api
                address = {"X-Forwarded-For": f"203.0.113.{number % 50}"}
                return door(user.email.upper() if number % 3 else user.email, **address).status_code
            finally:
                connection.close()

        with ThreadPoolExecutor(20) as crowd:
            list(crowd.map(one, range(300)))
        assert len(checks) == 5

    def test_of_one_line_is_one_whatever_addresses_it_has(self, db):
        for number in range(sign_in_limit.PER_ADDRESS):
            sign_in_limit.take(
                email=f"n{number}@example.com", address=f"2001:db8::{number + 1:x}", device=None
            )
        with pytest.raises(TooManySignIns):
            sign_in_limit.take(email="m@example.com", address="2001:db8::ffff:1", device=None)
        sign_in_limit.take(email="m@example.com", address="2001:db8:0:1::1", device=None)

    def test_of_one_address_is_limited_whatever_accounts_it_names(self, committed_db, monkeypatch):
        monkeypatch.setattr(sign_in_limit, "PER_ADDRESS", 4)
        made_up = [f"nobody-{n}-{id(self)}@example.com" for n in range(10)]

        def one(email):
            try:
                sign_in_limit.take(email=email, address="198.51.100.77", device=None)
            except TooManySignIns:
                return False
            finally:
                connection.close()
            return True

        with ThreadPoolExecutor(10) as crowd:
            assert list(crowd.map(one, made_up)).count(True) == 4


@pytest.mark.django_db
class TestTheLimit:
    def test_is_told_on_the_page_and_by_the_api(self, alice):
        for _ in range(5):
            page(alice.email)
        assert b"Too many tries" in page(alice.email, PASSWORD).content
        answer = api(alice.email, PASSWORD)
        assert (answer.status_code, answer.json()["code"]) == (429, "RATE_LIMITED")
        assert 1 <= int(answer.headers["Retry-After"]) <= 60

    def test_ends_after_a_minute(self, alice):
        for _ in range(5):
            page(alice.email)
        with pytest.raises(TooManySignIns):
            sign_in_limit.take(email=alice.email, address=None, device=None)
        an_hour_passes()
        sign_in_limit.take(email=alice.email, address=None, device=None)

    def test_does_not_count_what_was_right(self, alice):
        for _ in range(12):
            assert api(alice.email, PASSWORD).status_code == 200
        for _ in range(4):
            api(alice.email)
        assert api(alice.email, PASSWORD).status_code == 200

    def test_of_an_address_counts_only_passwords_that_were_looked_at(self, alice, bob):
        for _ in range(40):
            api(alice.email)
        assert api(bob.email, PASSWORD).status_code == 200

    def test_counts_somebody_who_does_not_exist_alike(self, alice):
        known = [api(alice.email).status_code for _ in range(7)]
        unknown = [api("nobody-at-all@example.com").status_code for _ in range(7)]
        assert known == unknown == [401] * 5 + [429] * 2

    def test_counts_the_old_password_of_a_change_too(self, alice, signed_in):
        browser = signed_in(alice)
        new = "a-brand-new-pass-phrase"
        sent = {"oldpassword": WRONG, "password1": new, "password2": new}
        for _ in range(5):
            browser.post("/accounts/password/change/", sent)
        browser.post("/accounts/password/change/", {**sent, "oldpassword": PASSWORD})
        alice.refresh_from_db()
        assert alice.check_password(PASSWORD)

    def test_is_swept_when_nothing_is_recent(self, alice):
        page(alice.email)
        assert sign_in_limit.sweep() == 0
        TryBudget.objects.update(tries=[database_clock() - timedelta(hours=2)])
        assert sign_in_limit.sweep() == 2


@pytest.mark.django_db
class TestAKnownDevice:
    def test_lets_the_owner_in_while_strangers_use_up_the_tries(self, alice):
        browser = Client()
        assert page(alice.email, PASSWORD, browser).status_code == 302
        browser.post("/accounts/logout/")
        for _ in range(40):
            page(alice.email)
        assert page(alice.email, PASSWORD).status_code == 200
        assert page(alice.email, PASSWORD, browser).status_code == 302

    def test_lets_the_owner_in_with_a_second_factor_and_ends_no_session(self, alice):
        enrol(alice)
        staying, known = Client(), Client()
        page(alice.email, PASSWORD, staying)
        prove(staying, alice)
        known.cookies["device"] = staying.cookies["device"].value
        for _ in range(20):
            page(alice.email)
            api(alice.email)
        assert is_in(staying)
        assert api(alice.email, PASSWORD).status_code == 429
        page(alice.email, PASSWORD, known)
        assert not is_in(known)
        prove(known, alice)
        assert is_in(known)

    def test_has_five_tries_itself(self, alice):
        browser = Client()
        page(alice.email, PASSWORD, browser)
        browser.post("/accounts/logout/")
        for _ in range(5):
            page(alice.email, WRONG, browser)
        assert page(alice.email, PASSWORD, browser).status_code == 200

    def test_is_not_known_for_somebody_else_and_cannot_be_made_up(self, alice, bob):
        browser = Client()
        page(bob.email, PASSWORD, browser)
        browser.post("/accounts/logout/")
        forged = Client()
        forged.cookies["device"] = browser.cookies["device"].value[:-2] + "xx"
        for _ in range(5):
            page(alice.email)
            page(bob.email)
        assert page(alice.email, PASSWORD, browser).status_code == 200
        assert page(bob.email, PASSWORD, forged).status_code == 200
        assert page(bob.email, PASSWORD, browser).status_code == 302

    def test_is_a_cookie_that_no_script_reads(self, alice):
        cookie = page(alice.email, PASSWORD).cookies["device"]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        assert alice.email not in cookie.value
