"""API keys and confirmations on pages."""

import re

import pytest
from django.db import transaction

from coinhub.users.models import ApiKey, Confirmation, User
from coinhub.users.services import second_factor
from coinhub.users.services.api_keys import Wish, create
from tests.api_client import Caller
from tests.coinhub.users.test_confirmations import actor_of, ask, challenge
from tests.conftest import make_customer

pytestmark = pytest.mark.django_db
NEW = "/settings/api-keys/new/"
FORM = {"label": "shop", "scopes": ["read", "transfer"], "days": "90",
        "networks": "192.0.2.0/24\r\n198.51.100.7", "spend_cap_usd": "250.00"}  # fmt: skip


@pytest.fixture
def dora(db: None) -> User:
    """A customer with a second factor."""
    user = make_customer("dora")
    with transaction.atomic():
        second_factor.enrol_totp(user)
    return user


def named(answer):
    """Give the challenge that a page names."""
    return re.search(r'name="challenge" value="([0-9a-f-]{36})"', answer.content.decode())[1]


class TestApiKeys:
    def test_one_that_reads_is_shown_once_and_works(self, alice, signed_in, mailoutbox):
        browser = signed_in(alice)
        answer = browser.post(NEW, {"label": "report", "scopes": ["read"], "days": "0"})
        text = re.search(r"chk_test_[0-9A-Za-z]{49}", answer.content.decode())[0]
        (mail,) = mailoutbox
        assert (mail.to, "report" in mail.body) == ([alice.email], True)
        assert text not in mail.body
        program = Caller()
        program.headers["Authorization"] = f"Bearer {text}"
        assert program.get("me").status_code == 200
        listed = browser.get("/settings/api-keys/").content.decode()
        assert "report" in listed
        assert text not in listed
        key = ApiKey.objects.get(user=alice)
        browser.post("/settings/api-keys/", {"key": str(key.public_id)})
        assert program.get("me").status_code == 401

    def test_one_that_moves_money_needs_the_code_for_exactly_this(self, dora, signed_in):
        browser = signed_in(dora)
        asked = browser.post(NEW, FORM)
        assert asked.status_code == 200
        assert "192.0.2.0/24 198.51.100.7" in asked.content.decode()
        assert not ApiKey.objects.filter(user=dora).exists()
        code = second_factor.find_unused_code(dora)
        made = browser.post(NEW, {**FORM, "challenge": named(asked), "code": code})
        assert "chk_test_" in made.content.decode()
        key = ApiKey.objects.get(user=dora)
        assert (key.scopes, key.networks) == (
            ["read", "transfer"],
            ["192.0.2.0/24", "198.51.100.7/32"],
        )
        assert key.spend_cap_usd == 250

    def test_a_code_for_one_key_makes_no_other(self, dora, signed_in):
        browser = signed_in(dora)
        asked = browser.post(NEW, FORM)
        code = second_factor.find_unused_code(dora)
        changed = {**FORM, "scopes": ["read", "transfer", "withdraw"]}
        answer = browser.post(NEW, {**changed, "challenge": named(asked), "code": code})
        assert named(answer) != named(asked)
        assert not ApiKey.objects.filter(user=dora).exists()

    def test_a_wrong_code_makes_none_and_forgets_nothing(self, dora, signed_in):
        browser = signed_in(dora)
        asked = browser.post(NEW, FORM)
        answer = browser.post(NEW, {**FORM, "challenge": named(asked), "code": "000"})
        assert answer.status_code == 422
        assert named(answer) == named(asked)
        assert "This code is not right" in answer.content.decode()
        assert not ApiKey.objects.filter(user=dora).exists()

    def test_without_a_second_factor_it_says_what_to_do(self, alice, signed_in):
        answer = signed_in(alice).post(NEW, FORM)
        assert answer.status_code == 422
        assert "Set one up first" in answer.content.decode()
        assert not Confirmation.objects.filter(user=alice).exists()

    @pytest.mark.parametrize(
        "wrong",
        [{"label": " "}, {"scopes": []}, {"scopes": ["staff"]}, {"days": "7"}, {"networks": "all"},
         {"networks": "0.0.0.0/0"}, {"spend_cap_usd": "much"}, {"spend_cap_usd": "0"}],
    )  # fmt: skip
    def test_what_makes_no_sense_is_said_at_the_form(self, dora, signed_in, wrong):
        answer = signed_in(dora).post(NEW, {**FORM, **wrong})
        assert answer.status_code == 422
        assert "field-error" in answer.content.decode()
        assert not ApiKey.objects.filter(user=dora).exists()

    def test_nobody_sees_or_ends_the_keys_of_others(self, alice, bob, signed_in):
        key, _ = create(
            user=alice, wish=Wish(label="secret-plan"), confirmation_id=None, actor=actor_of(alice)
        )
        browser = signed_in(bob)
        assert "secret-plan" not in browser.get("/settings/api-keys/").content.decode()
        answers = [
            browser.post("/settings/api-keys/", {"key": name})
            for name in (key.public_id, "nonsense")
        ]
        assert [answer.status_code for answer in answers] == [403, 403]
        key.refresh_from_db()
        assert key.revoked_at is None

    def test_a_name_is_no_markup(self, alice, signed_in):
        browser = signed_in(alice)
        browser.post(NEW, {"label": "<script>x</script>", "scopes": ["read"], "days": "0"})
        assert "<script>x" not in browser.get("/settings/api-keys/").content.decode()


class TestConfirmations:
    PATH = "/settings/confirmations/"

    def test_a_program_is_let_through_after_its_owner_confirmed_on_the_page(self, dora, signed_in):
        made = challenge(dora)
        browser = signed_in(dora)
        page = browser.get(self.PATH).content.decode()
        assert all(word in page for word in ("Pay another customer", "12.50", "bob@example.com"))
        before = browser.session.session_key
        code = second_factor.find_unused_code(dora)
        answer = browser.post(self.PATH, {"challenge": str(made), "code": code})
        assert answer.status_code == 302
        assert browser.session.session_key != before
        ask(dora, confirmation_id=made)
        assert "12.50" not in browser.get(self.PATH).content.decode()

    @pytest.mark.parametrize("code", ["", "12", "000000000000"])
    def test_a_wrong_code_is_said_where_it_was_typed(self, dora, signed_in, code):
        made = challenge(dora)
        answer = signed_in(dora).post(self.PATH, {"challenge": str(made), "code": code})
        assert answer.status_code == 422
        assert "field-error" in answer.content.decode()
        assert Confirmation.objects.get(pk=made).confirmed_at is None

    def test_what_is_over_or_somebody_elses_is_not_confirmed(self, dora, alice, signed_in):
        made = challenge(dora)
        answer = signed_in(alice).post(self.PATH, {"challenge": str(made), "code": "123456"})
        assert answer.status_code == 422
        assert "is over" in answer.content.decode()
        assert Confirmation.objects.get(pk=made).confirmed_at is None

    def test_says_so_when_nothing_waits(self, alice, signed_in):
        assert "Nothing waits" in signed_in(alice).get(self.PATH).content.decode()
