"""An e-mail that waits to be confirmed is worth nothing any more when its account was rescued.

Whoever knew a password can leave one of their own behind, and confirm it when nobody looks.
"""

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import transaction
from django.test import Client

from coinhub.core.actor import Actor
from coinhub.people import access
from coinhub.users.adapter import AccountAdapter
from coinhub.users.services import credentials
from tests.coinhub.users.test_account_pages import NEW, link_in
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
STRANGER = "stranger@example.com"
SYSTEM = Actor(kind="system")


@pytest.fixture
def left_behind(alice, signed_in):
    """Give the link that a stranger has got by mail, and can open at any time."""
    sent = {"email": STRANGER, "password": PASSWORD}
    signed_in(alice).post("/settings/email/", sent)
    return link_in(mail.outbox[-1])


def reset(alice, browser):
    Client().post("/accounts/password/reset/", {"email": alice.email})
    visitor = Client()
    form = visitor.get(link_in(mail.outbox[-1]), follow=True)
    visitor.post(form.request["PATH_INFO"], {"password1": NEW, "password2": NEW})


def change_password(alice, browser):
    sent = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    browser.post("/accounts/password/change/", sent)


def sign_out_elsewhere(alice, browser):
    browser.post("/settings/sessions/", {"session": "others"})


def end_by_staff(alice, browser):
    with transaction.atomic():
        access.end_all(alice, actor=SYSTEM)


@pytest.mark.parametrize("rescue", [reset, change_password, sign_out_elsewhere, end_by_staff])
def test_ends_with_what_the_owner_or_staff_do(alice, signed_in, left_behind, rescue):
    old = alice.email
    rescue(alice, signed_in(alice))
    Client().post(left_behind)
    alice.refresh_from_db()
    assert alice.email == old
    assert list(EmailAddress.objects.filter(user=alice).values_list("email", "verified")) == [
        (old, True)
    ]


def test_is_not_made_again_by_a_confirmation_that_was_under_way(alice, left_behind, monkeypatch):
    old, confirm_email = alice.email, AccountAdapter.confirm_email

    def rescued_first(*args):
        with transaction.atomic():
            credentials.changed(user=alice, what="password_reset", actor=SYSTEM)
        return confirm_email(*args)

    monkeypatch.setattr(AccountAdapter, "confirm_email", rescued_first)
    Client().post(left_behind)
    alice.refresh_from_db()
    assert alice.email == old
    assert not EmailAddress.objects.filter(email=STRANGER).exists()
