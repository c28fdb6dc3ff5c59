"""Signing in and out on pages."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.test import Client, override_settings

from tests.conftest import PASSWORD, make_customer

pytestmark = pytest.mark.django_db


def sign_in(email: str, password: str = PASSWORD) -> tuple[Client, object]:
    browser = Client()
    return browser, browser.post("/accounts/login/", {"login": email, "password": password})


def said(page) -> list[str]:
    """The errors of the page, without what the person typed."""
    return re.findall(r'<div class="note note-stop".*?</div></div>', page.content.decode(), re.S)


def test_a_customer_signs_in_by_e_mail_and_sees_the_overview(alice):
    browser, answer = sign_in(alice.email.upper())
    assert answer.url == "/"
    assert browser.get("/").status_code == 200


def test_an_unknown_person_and_a_wrong_password_are_told_the_same(alice):
    _, unknown = sign_in("nobody@example.com")
    _, wrong = sign_in(alice.email, "wrong")
    assert said(unknown) == said(wrong) != []
    assert unknown.status_code == wrong.status_code


def test_a_person_taken_over_from_another_system_cannot_sign_in(db):
    taken_over = make_customer("imported")
    taken_over.set_unusable_password()
    taken_over.save(update_fields=["password"])
    browser, _ = sign_in(taken_over.email)
    assert browser.get("/").status_code == 302


def test_signing_out_needs_a_post_and_ends_the_session(alice):
    browser, _ = sign_in(alice.email)
    browser.get("/accounts/logout/")
    assert browser.get("/").status_code == 200
    browser.post("/accounts/logout/")
    assert browser.get("/").status_code == 302


def test_the_demo_people_are_named_in_the_sandbox_only(db):
    with override_settings(SANDBOX=True):
        assert b"alice@example.com" in Client().get("/accounts/login/").content
    with override_settings(SANDBOX=False):
        page = Client().get("/accounts/login/").content
    assert b"example.com" not in page
    assert b"coinhub-demo-only" not in page


@pytest.mark.parametrize(
    "address",
    [
        "password/set/",
        "login/code/",
        "login/code/confirm/",
        "2fa/totp/activate/",
        "2fa/totp/deactivate/",
        "2fa/recovery-codes/",
        "2fa/recovery-codes/generate/",
        "2fa/recovery-codes/download/",
        "2fa/trust/",
        "2fa/webauthn/keys/1/edit/",
    ],
)
def test_what_has_no_page_of_ours_stays_closed(alice, signed_in, address):
    assert signed_in(alice).get(f"/accounts/{address}").status_code == 404


def test_nobody_makes_an_unconfirmed_address_their_own(alice, signed_in):
    before = alice.email
    browser = signed_in(alice)
    for action in ("action_add", "action_primary"):
        browser.post("/accounts/email/", {action: "", "email": "ceo@example.com"})
    alice.refresh_from_db()
    assert alice.email == before
    assert not EmailAddress.objects.filter(email="ceo@example.com").exists()


def test_the_way_back_after_sign_in_never_leaves_the_site(alice):
    browser = Client()
    answer = browser.post(
        "/accounts/login/?next=https://evil.example/",
        {"login": alice.email, "password": PASSWORD, "next": "https://evil.example/"},
    )
    assert answer.url == "/"


def test_signing_in_says_nothing_and_signing_out_says_so(alice):
    browser, _ = sign_in(alice.email)
    assert b'class="note' not in browser.get("/").content
    page = browser.post("/accounts/logout/", follow=True)
    assert b"You have signed out." in page.content
