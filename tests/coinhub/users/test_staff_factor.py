"""With COINHUB_STAFF_FACTOR=passkey no code opens the back office, by no way."""

import json
import os
import subprocess
import sys

import pytest
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.test import Client
from fido2.utils import websafe_decode

from coinhub.users import roles
from coinhub.users.services import second_factor
from tests.api_client import Caller
from tests.conftest import PASSWORD, make_staff
from tests.passkeys import Passkey

pytestmark = pytest.mark.django_db
CODE_PAGE = "/accounts/2fa/authenticate/"
ADD = "/accounts/2fa/webauthn/add/"


@pytest.fixture(autouse=True)
def _passkeys_only(settings):
    settings.STAFF_FACTOR = "passkey"


@pytest.fixture
def boss():
    return make_staff("boss", roles.OPERATIONS)


def enrol(user):
    with transaction.atomic():
        second_factor.enrol_totp(user)


def at_the_factor(user):
    browser = Client()
    browser.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    return browser


def with_code(user):
    browser = at_the_factor(user)
    browser.post(CODE_PAGE, {"code": second_factor.find_unused_code(user)})
    return browser


def with_passkey(browser, key, page):
    options = browser.get(page).context["js_data"]["request_options"]
    return browser.post(page, {"credential": json.dumps(key.sign(options))})


def opens(browser):
    return browser.get("/admin/").status_code == 200


class TestTheBackOffice:
    def test_does_not_open_with_a_code(self, boss):
        enrol(boss)
        browser = with_code(boss)
        answer = browser.get("/admin/")
        assert (answer.status_code, answer.url) == (302, "/settings/second-factor/")
        assert "need a passkey" in browser.get(answer.url).content.decode()
        code = second_factor.find_unused_code(boss)
        browser.post("/accounts/2fa/reauthenticate/", {"code": code})
        assert not opens(browser)

    def test_opens_with_a_passkey(self, boss):
        key = Passkey().add_to(boss)
        browser = at_the_factor(boss)
        with_passkey(browser, key, CODE_PAGE)
        assert opens(browser)

    def test_leads_who_has_both_and_used_the_code_to_the_passkey(self, boss):
        enrol(boss)
        key = Passkey().add_to(boss)
        browser = with_code(boss)
        answer = browser.get("/admin/")
        assert answer.url.startswith("/accounts/2fa/webauthn/reauthenticate/")
        with_passkey(browser, key, answer.url)
        assert opens(browser)

    def test_lets_codes_of_customers_alone(self, alice):
        enrol(alice)
        assert with_code(alice).get("/settings/").status_code == 200

    def test_opens_with_a_code_where_any_factor_does(self, boss, settings):
        settings.STAFF_FACTOR = "any"
        enrol(boss)
        assert opens(with_code(boss))


class TestTheFirstPasskey:
    @pytest.mark.parametrize("has_app", [False, True])
    def test_is_added_by_a_new_member_of_staff_and_opens_the_back_office(self, boss, has_app):
        if has_app:
            enrol(boss)
        browser = with_code(boss) if has_app else at_the_factor(boss)
        there = browser.get("/admin/").url
        assert there == "/settings/second-factor/"
        assert ADD in browser.get(there).content.decode()
        asked = browser.get(ADD)
        again = asked.url
        proof = {"code": second_factor.find_unused_code(boss)} if has_app else {}
        browser.post(again, proof or {"password": PASSWORD})
        page = browser.get(ADD)
        options = page.context["js_data"]["creation_options"]
        key = Passkey()
        made = key.registration(websafe_decode(options["publicKey"]["challenge"]))
        assert browser.post(ADD, {"credential": json.dumps(made)}).status_code == 302
        assert not opens(browser)
        with_passkey(browser, key, browser.get("/admin/").url)
        assert opens(browser)


class TestNoWayRound:
    """Somebody has phished password and code of a member of staff who has a passkey as well."""

    def test_is_the_token_of_somebody_else(self, boss, alice):
        enrol(boss)
        Passkey().add_to(boss)
        browser = with_code(boss)
        caller = Caller()
        token = caller.post("auth/token", {"email": alice.email, "password": PASSWORD}).json()
        browser.defaults["HTTP_AUTHORIZATION"] = f"Bearer {token['access']}"
        assert not opens(browser)

    def test_is_an_own_token_on_a_page(self, boss):
        enrol(boss)
        key = Passkey().add_to(boss)
        body = {"email": boss.email, "password": PASSWORD}
        options = Caller().post("auth/token", body).json()["passkey"]
        given = Caller().post("auth/token", {**body, "credential": key.sign(options)}).json()
        browser = with_code(boss)
        browser.defaults["HTTP_AUTHORIZATION"] = f"Bearer {given['access']}"
        assert not opens(browser)

    def test_is_a_new_passkey_allowed_by_a_code(self, boss):
        enrol(boss)
        key = Passkey().add_to(boss)
        browser = with_code(boss)
        code = second_factor.find_unused_code(boss)
        browser.post("/accounts/2fa/reauthenticate/", {"code": code})
        asked = browser.get(ADD)
        assert (asked.status_code, asked.url.partition("?")[0]) == (
            302,
            "/accounts/2fa/webauthn/reauthenticate/",
        )
        held = Authenticator.objects.get(user=boss, type="webauthn")
        gone = browser.post(f"/accounts/2fa/webauthn/keys/{held.pk}/remove/")
        assert gone.url.startswith("/accounts/2fa/webauthn/reauthenticate/")
        assert Authenticator.objects.filter(pk=held.pk).exists()
        with_passkey(browser, key, asked.url)
        assert browser.get(ADD).status_code == 200


class TestAToken:
    def ask(self, user, **more):
        body = {"email": user.email, "password": PASSWORD, **more}
        return Caller().post("auth/token", body)

    def test_is_given_for_a_passkey_and_for_no_code(self, boss):
        enrol(boss)
        assert self.ask(boss, otp=second_factor.find_unused_code(boss)).json()["code"] == (
            "SECOND_FACTOR_MISSING"
        )
        key = Passkey().add_to(boss)
        code = second_factor.find_unused_code(boss)
        assert self.ask(boss, otp=code).json()["code"] == "PASSKEY_REQUIRED"
        assert second_factor.find_unused_code(boss) == code
        options = self.ask(boss).json()["passkey"]
        credential = key.sign(options)
        wrong = {"password": "not-the-password", "credential": credential}
        assert self.ask(boss, **wrong).status_code == 401
        given = self.ask(boss, credential=credential)
        assert given.status_code == 200
        assert self.ask(boss, credential=credential).json()["code"] == "INVALID_CREDENTIALS"

    def test_is_given_to_a_customer_with_nothing_but_a_passkey(self, alice):
        key = Passkey().add_to(alice)
        refused = self.ask(alice)
        assert (refused.status_code, refused.json()["code"]) == (401, "SECOND_FACTOR_REQUIRED")
        wrong = self.ask(alice, credential=key.answer(b"something else"))
        assert (wrong.status_code, wrong.json()["code"]) == (401, "INVALID_CREDENTIALS")
        given = self.ask(alice, credential=key.sign(refused.json()["passkey"]))
        caller = Caller()
        caller.headers["Authorization"] = f"Bearer {given.json()['access']}"
        assert caller.get("me").json()["email"] == alice.email
        assert caller.get("auth/confirmations").json()["results"] == []


@pytest.mark.parametrize(
    ("given", "environment", "expected"),
    [("", "production", "passkey"), ("", "development", "any"), ("any", "production", "any")],
)
def test_is_a_passkey_in_production_unless_said_otherwise(given, environment, expected):
    variables = {
        "COINHUB_ENVIRONMENT": environment,
        "SECRET_KEY": "".join(chr(33 + n % 90) for n in range(60)),
        "COINHUB_FIELD_KEYS": "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "COINHUB_RECONCILIATION_KEY": "r" * 24,
        "BASE_URL": "https://coinhub.example.com",
        "ALLOWED_HOSTS": "coinhub.example.com",
        "DATABASE_URL": "postgres://coinhub@127.0.0.1:1/x",
        "PATH": os.environ["PATH"],
    }
    if given:
        variables["COINHUB_STAFF_FACTOR"] = given
    asked = "from coinhub import settings; print(settings.STAFF_FACTOR)"
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", asked], env=variables, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == expected, done.stderr
