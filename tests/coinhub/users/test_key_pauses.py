"""API keys stop when an account may be in other hands, and go on with the second factor."""

import re

import pytest
from django.core import mail
from django.db import transaction
from django.test import Client

from coinhub.core.actor import Actor
from coinhub.events.models import AuditEvent
from coinhub.users.models import ApiKey
from coinhub.users.services import api_keys, factors, second_factor, tokens
from coinhub.users.services.api_keys import Wish
from tests.api_client import Caller
from tests.coinhub.users.test_account_pages import link_in, sign_in
from tests.conftest import PASSWORD, make_customer
from tests.passkeys import Passkey

pytestmark = pytest.mark.django_db
NEW = "a-brand-new-pass-phrase"


def acts(user):
    return Actor(kind="customer", user_id=user.pk, request_id="pause-test")


@pytest.fixture
def dora():
    user = make_customer("dora")
    with transaction.atomic():
        second_factor.enrol_totp(user)
    return user


@pytest.fixture
def program(dora):
    """A program of Dora's with a key that reads."""
    _, text = api_keys.create(
        user=dora, wish=Wish(label="shop"), confirmation_id=None, actor=acts(dora)
    )
    caller = Caller()
    caller.headers["Authorization"] = f"Bearer {text}"
    assert caller.get("me").status_code == 200
    mail.outbox.clear()
    return caller


def works(program):
    return program.get("me").status_code == 200


def key_of(user):
    return ApiKey.objects.get(user=user)


def reset_password(user):
    Client().post("/accounts/password/reset/", {"email": user.email})
    visitor = Client()
    form = visitor.get(link_in(mail.outbox[-1]), follow=True)
    visitor.post(form.request["PATH_INFO"], {"password1": NEW, "password2": NEW})
    user.refresh_from_db()
    assert user.check_password(NEW)


def change_password(user, browser):
    code = second_factor.find_unused_code(user)
    sent = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW, "code": code}
    browser.post("/accounts/password/change/", sent)
    user.refresh_from_db()
    assert user.check_password(NEW)


class TestKeysStop:
    def require_told(self, user, program, why):
        assert not works(program)
        key = key_of(user)
        assert key.revoked_at is None
        event = AuditEvent.objects.get(action="api_key.suspended")
        assert (event.object_id, event.after["why"]) == (str(key.public_id), why)
        (told,) = [m for m in mail.outbox if m.subject == "API keys suspended"]
        assert "shop" in told.body
        assert "/settings/api-keys/" in told.body

    def test_after_a_reset_by_mail(self, dora, program, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            reset_password(dora)
        self.require_told(dora, program, "password_reset")

    def test_when_the_last_second_factor_is_lost(
        self, dora, program, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            factors.remove_totp(user=dora, actor=acts(dora))
        self.require_told(dora, program, "second_factor_lost")

    def test_with_the_sign_out_everywhere_else_and_tokens_end(
        self, dora, program, django_capture_on_commit_callbacks
    ):
        here, there = (
            sign_in(dora.email, code=second_factor.find_unused_code(dora)) for _ in range(2)
        )
        pair = tokens.issue(user=dora)
        for browser in (here, there):
            assert browser.get("/settings/sessions/").status_code == 200
        with django_capture_on_commit_callbacks(execute=True):
            here.post("/settings/sessions/", {"session": "others"})
        assert here.get("/settings/").status_code == 200
        assert there.get("/settings/").status_code == 302
        token = Caller()
        token.headers["Authorization"] = f"Bearer {pair.access}"
        assert token.get("me").status_code == 401
        refused = Caller().post("auth/token/refresh", {"refresh": pair.refresh})
        assert refused.status_code == 401
        self.require_told(dora, program, "signed_out_everywhere")

    def test_for_one_person_only(self, dora, program, alice, signed_in):
        signed_in(alice).post("/settings/sessions/", {"session": "others"})
        assert works(program)


class TestKeysGoOn:
    def test_through_a_change_with_the_second_factor(self, dora, program, signed_in):
        change_password(dora, signed_in(dora))
        assert works(program)

    def test_while_another_second_factor_is_left(self, dora, program):
        Passkey().add_to(dora)
        factors.remove_totp(user=dora, actor=acts(dora))
        assert works(program)


class TestASuspendedKey:
    @pytest.fixture(autouse=True)
    def _suspended(self, dora, program, signed_in):
        signed_in(dora).post("/settings/sessions/", {"session": "others"})
        assert not works(program)

    def test_goes_on_with_the_code_for_exactly_it_on_a_page(self, dora, program, signed_in):
        browser = signed_in(dora)
        listed = browser.get("/settings/api-keys/").content.decode()
        (there,) = re.findall(r'href="(/settings/api-keys/[^"]+/resume/)"', listed)
        assert "suspended" in listed
        page = browser.get(there).content.decode()
        assert "shop" in page
        challenge = re.search(r'name="challenge" value="([^"]+)"', page)[1]
        wrong = browser.post(there, {"challenge": challenge, "code": "000000"})
        assert (wrong.status_code, works(program)) == (422, False)
        code = second_factor.find_unused_code(dora)
        done = browser.post(there, {"challenge": challenge, "code": code}, follow=True)
        assert "shop works again" in done.content.decode()
        assert works(program)
        assert key_of(dora).suspended_at is None

    def test_goes_on_by_program_with_a_confirmation(self, dora, program):
        caller, key = Caller(dora), key_of(dora)
        path = f"api-keys/{key.public_id}/resume"
        asked = caller.post(path, {}).json()
        assert (asked["code"], asked["command"]) == ("STEP_UP_REQUIRED", "api_key.resume")
        code = {"code": second_factor.find_unused_code(dora)}
        assert caller.post(f"auth/confirmations/{asked['challenge_id']}", code).status_code == 200
        named = {"X-Confirmation": asked["challenge_id"]}
        done = caller.post(path, {}, headers=named)
        assert (done.status_code, done.json()["suspended_at"]) == (200, None)
        assert works(program)

    def test_does_not_go_on_by_itself_or_for_others(self, dora, program, alice):
        path = f"api-keys/{key_of(dora).public_id}/resume"
        assert program.post(path, {}).status_code == 401
        assert Caller(alice).post(path, {}).json()["code"] == "NOT_FOUND_OR_NOT_YOURS"
        factors.remove_totp(user=dora, actor=acts(dora))
        assert Caller(dora).post(path, {}).json()["code"] == "SECOND_FACTOR_MISSING"
        assert not works(program)

    def test_can_be_revoked_and_then_never_goes_on(self, dora, program):
        key = key_of(dora)
        api_keys.revoke(user=dora, public_id=key.public_id, actor=acts(dora))
        answer = Caller(dora).post(f"api-keys/{key.public_id}/resume", {})
        assert (answer.status_code, answer.json()["code"]) == (404, "API_KEY_GONE")
