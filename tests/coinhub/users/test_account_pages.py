"""Signing up, changing what one signs in with, and what follows from it."""

import re
from smtplib import SMTPRecipientsRefused

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from coinhub import account_settings
from coinhub.events.models import AuditEvent
from coinhub.users.models import AccessToken, RecoveryCode, RefreshToken, User
from coinhub.users.selectors import people
from coinhub.users.services import second_factor, tokens
from coinhub.users.web import even
from tests.api_client import Caller
from tests.coinhub.users.test_second_factor import enrol
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
NEW = "a-brand-new-pass-phrase"
WRONG = "not-the-password"


def link_in(message):
    return re.search(r"http://testserver(/\S+)", message.body)[1]


def sign_up(email, password=PASSWORD, browser=None):
    sent = {"email": email, "password1": password, "password2": password}
    return (browser or Client()).post("/accounts/signup/", sent)


def sign_in(email, password=PASSWORD, code=None):
    browser = Client()
    browser.post("/accounts/login/", {"login": email, "password": password})
    if code is not None:
        browser.post("/accounts/2fa/authenticate/", {"code": code})
    return browser


def is_in(browser):
    return browser.get("/settings/").status_code == 200


def words(page):
    """Give a page without what differs from request to request."""
    html = re.sub(
        r'name="csrfmiddlewaretoken" value="\w+"|X-CSRFToken": "\w+"', "", page.content.decode()
    )
    return re.sub(r"\S+@example\.com", "", html)


class TestSignUp:
    def test_opens_an_account_that_signs_in_once_the_e_mail_is_confirmed(self):
        assert sign_up("New@Example.com").url == "/accounts/confirm-email/"
        assert not is_in(sign_in("new@example.com"))
        assert (
            Caller()
            .post("auth/token", {"email": "new@example.com", "password": PASSWORD})
            .json()["code"]
            == "EMAIL_UNCONFIRMED"
        )
        link = link_in(mail.outbox[0])
        Client().get(link)
        assert not EmailAddress.objects.get(email="new@example.com").verified
        Client().post(link)
        assert is_in(sign_in("new@example.com"))
        assert not AccessToken.objects.exists()

    def test_tells_nobody_that_an_e_mail_has_an_account(self, alice):
        before = alice.password
        browsers = Client(), Client()
        new, known = (
            sign_up(e, NEW, b)
            for e, b in zip(["free@example.com", alice.email], browsers, strict=True)
        )
        assert (new.status_code, new.url) == (known.status_code, known.url)
        assert new.headers.keys() == known.headers.keys()
        pages = [words(b.get("/accounts/confirm-email/")) for b in browsers]
        assert pages[0] == pages[1]
        alice.refresh_from_db()
        assert alice.password == before
        assert User.objects.filter(email=alice.email).count() == 1
        assert [m.to for m in mail.outbox] == [["free@example.com"], [alice.email]]

    def test_takes_its_time_alike(self, alice, settings):
        import time

        settings.EVEN_ANSWER_S = 0.3
        times = []
        for email in ("slow@example.com", alice.email):
            begun = time.monotonic()
            sign_up(email, NEW)
            times.append(time.monotonic() - begun)
        assert min(times) >= 0.3

    @pytest.mark.parametrize(("taken", "whole"), [(0.1, 0.7), (0.69, 0.7), (0.71, 1.4), (1.5, 2.1)])
    def test_takes_a_whole_number_of_steps_however_slow_it_is(
        self, settings, monkeypatch, taken, whole
    ):
        settings.EVEN_ANSWER_S = 0.7
        waits = []
        monkeypatch.setattr(even.time, "sleep", waits.append)
        even._wait(taken)
        assert taken + waits[0] == pytest.approx(whole)

    @pytest.mark.parametrize(
        "password",
        [
            "short-words",
            "coinhub-wallet-1",
            "password1234",
            "123456789012",
            "Bitcoin-Crypto-99",
            "Football2024!!",
            "**sunsh1ne**2026",
            "  liverpool 1892  ",
            "weak@example.com",
        ],
    )
    def test_refuses_a_password_that_is_tried_first(self, password):
        assert sign_up("weak@example.com", password).status_code == 200
        assert not User.objects.filter(email="weak@example.com").exists()

    @pytest.mark.parametrize(
        "password",
        ["abcdefghijkl mnop", "\u00e4\u00f6\u00fc\u4f60\u597d 🙂 no rules here", "x9 " * 60],
    )
    def test_takes_long_ones_of_any_signs(self, password):
        sign_up("strong@example.com", password)
        assert User.objects.get(email="strong@example.com").check_password(password)


class TestAPassword:
    @pytest.mark.parametrize(
        "password", ["marguerite-duras", "Marguerite.1914", "duras.marguerite@ex"]
    )
    def test_is_not_the_own_name_or_e_mail(self, password):
        person = User(email="marguerite.duras@example.com", name="Marguerite Duras")
        with pytest.raises(ValidationError):
            validate_password(password, person)
        validate_password("nothing of the kind here", person)

    def test_is_kept_with_argon2_as_it_is_used_now(self, settings):
        settings.PASSWORD_HASHERS = account_settings.PASSWORD_HASHERS
        kept = make_password("a long pass phrase \u00e4\u4f60 " * 8)
        assert re.match(r"argon2\$argon2id\$v=19\$m=\d{5,},t=\d,p=\d\$", kept)
        assert check_password("a long pass phrase \u00e4\u4f60 " * 8, kept)
        assert not check_password("a long pass phrase \u00e4\u4f60 " * 7, kept)

    def test_of_old_is_hashed_anew_when_it_is_used(self, alice, settings):
        settings.PASSWORD_HASHERS = account_settings.PASSWORD_HASHERS
        alice.password = make_password(PASSWORD, hasher="pbkdf2_sha256")
        alice.save(update_fields=["password"])
        assert is_in(sign_in(alice.email))
        alice.refresh_from_db()
        assert alice.password.startswith("argon2$argon2id$")


class TestAMailServer:
    def test_that_refuses_a_mailbox_tells_nothing_through_our_answer(self, alice, monkeypatch):
        def refuse(message, *args, **kwargs):
            if "nobody" in message.to[0]:
                raise SMTPRecipientsRefused({})

        monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
        for page in ("signup/", "password/reset/"):
            sent = {"password1": NEW, "password2": NEW}
            answers = [
                Client().post(f"/accounts/{page}", {"email": email, **sent})
                for email in (alice.email, "nobody@example.com")
            ]
            assert answers[0].status_code == answers[1].status_code == 302
            assert answers[0].url == answers[1].url

    def test_carries_mails_that_name_us_and_no_host(self):
        sign_up("new@example.com")
        message = mail.outbox[0]
        assert message.subject.startswith("CoinHub: ")
        assert "from CoinHub" in message.body


class TestReset:
    def test_says_the_same_to_whoever_asks(self, alice):
        answers = [
            Client().post("/accounts/password/reset/", {"email": email})
            for email in (alice.email, "nobody@example.com")
        ]
        assert answers[0].url == answers[1].url
        assert answers[0].status_code == answers[1].status_code == 302

    @pytest.mark.parametrize("page", ["password/reset/", "signup/"])
    def test_links_to_the_configured_host_whatever_the_request_names(self, alice, settings, page):
        settings.BASE_URL = "https://coinhub.example.com"
        settings.ALLOWED_HOSTS = ["*"]
        sent = {"email": alice.email, "password1": NEW, "password2": NEW}
        Client().post(f"/accounts/{page}", sent, headers={"host": "evil.example.com"})
        assert "https://coinhub.example.com/accounts/" in mail.outbox[0].body
        assert "evil" not in mail.outbox[0].body

    def test_gives_another_password_and_ends_everything_else(self, alice, signed_in):
        browser, pair = signed_in(alice), tokens.issue(user=alice)
        Client().post("/accounts/password/reset/", {"email": alice.email})
        visitor = Client()
        form = visitor.get(link_in(mail.outbox[-1]), follow=True)
        visitor.post(form.request["PATH_INFO"], {"password1": NEW, "password2": NEW})
        assert is_in(sign_in(alice.email, NEW))
        assert not is_in(browser)
        assert not is_in(visitor)
        caller = Caller()
        caller.headers["Authorization"] = f"Bearer {pair.access}"
        assert caller.get("me").status_code == 401
        assert caller.post("auth/token/refresh", {"refresh": pair.refresh}).status_code == 401
        assert people.credentials_changed_at(alice.pk) is not None


class TestAChangeOfPassword:
    def change(self, browser, **more):
        sent = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW, **more}
        return browser.post("/accounts/password/change/", sent)

    def test_ends_the_other_sessions_and_tokens_and_is_told_and_written_down(
        self, alice, signed_in
    ):
        here, there, pair = signed_in(alice), signed_in(alice), tokens.issue(user=alice)
        number = here.session.session_key
        self.change(here)
        assert is_in(here)
        assert here.session.session_key != number
        assert not is_in(there)
        assert RefreshToken.objects.filter(revoked_at=None).count() == 0
        assert tokens_of(pair) == 401
        assert [m.to for m in mail.outbox] == [[alice.email]]
        assert AuditEvent.objects.filter(action="person.password_changed").count() == 1
        changed = people.credentials_changed_at(alice.pk)
        assert abs((timezone.now() - changed).total_seconds()) < 60

    def test_needs_the_second_factor_of_who_has_one(self, alice):
        secret = enrol(alice)
        browser = sign_in(alice.email, code=second_factor.find_unused_code(alice))
        self.change(browser)
        self.change(browser, code="000000")
        alice.refresh_from_db()
        assert alice.check_password(PASSWORD)
        assert alice.credentials_changed_at is None
        self.change(browser, code=second_factor.find_unused_code(alice))
        alice.refresh_from_db()
        assert alice.check_password(NEW)
        assert secret

    def test_does_not_use_up_a_code_for_a_form_that_is_wrong(self, alice):
        enrol(alice)
        browser = sign_in(alice.email, code=second_factor.find_unused_code(alice))
        code = second_factor.find_unused_code(alice)
        self.change(browser, code=code, password2="something-else-here")
        assert second_factor.find_unused_code(alice) == code

    def test_asks_fifteen_signs_of_staff(self, db):
        from tests.conftest import make_staff, use_second_factor

        boss = make_staff("boss", superuser=True)
        browser = Client()
        browser.force_login(boss)
        use_second_factor(browser, boss)
        short = "fourteen-signs"
        browser.post(
            "/accounts/password/change/",
            {"oldpassword": PASSWORD, "password1": short, "password2": short},
        )
        boss.refresh_from_db()
        assert boss.check_password(PASSWORD)


def tokens_of(pair):
    caller = Caller()
    caller.headers["Authorization"] = f"Bearer {pair.access}"
    return caller.get("me").status_code


class TestAChangeOfEMail:
    def test_counts_when_the_new_one_is_confirmed_and_both_are_told(self, alice, signed_in):
        old = alice.email
        here, there = signed_in(alice), signed_in(alice)
        here.post("/settings/email/", {"email": "Next@example.com", "password": PASSWORD})
        alice.refresh_from_db()
        assert (alice.email, alice.credentials_changed_at) == (old, None)
        assert b"next@example.com" in here.get("/settings/email/").content
        here.post(link_in(mail.outbox[-1]))
        alice.refresh_from_db()
        assert alice.email == "next@example.com"
        assert alice.credentials_changed_at is not None
        assert list(EmailAddress.objects.filter(user=alice).values_list("email", "primary")) == [
            ("next@example.com", True)
        ]
        told = [m.to[0] for m in mail.outbox if "Changed" in m.subject]
        assert sorted(told) == sorted([old, "next@example.com"])
        assert is_in(here)
        assert not is_in(there)
        assert AuditEvent.objects.filter(action="person.email_changed").count() == 1

    def test_gives_the_account_to_nobody_before_it_is_confirmed(self, alice, signed_in):
        stranger = "stranger@example.com"
        signed_in(alice).post("/settings/email/", {"email": stranger, "password": PASSWORD})
        assert EmailAddress.objects.filter(user=alice, email=stranger).exists()
        mail.outbox.clear()
        Client().post("/accounts/password/reset/", {"email": stranger})
        assert [message.to for message in mail.outbox] == [[stranger]]
        assert "/password/reset/key/" not in mail.outbox[0].body

    def test_is_no_way_to_write_to_everybody(self, alice, signed_in, settings):
        settings.ACCOUNT_RATE_LIMITS = {"login": None}
        browser = signed_in(alice)
        answers = [
            browser.post("/settings/email/", {"email": f"s{n}@example.com", "password": PASSWORD})
            for n in range(12)
        ]
        assert [answer.status_code for answer in answers[-2:]] == [429, 429]
        assert len(mail.outbox) == 10

    def test_keeps_whose_it_is_from_nothing(self, alice, signed_in):
        stranger = "stranger@example.com"
        browser = signed_in(alice)
        browser.post("/settings/email/", {"email": stranger, "password": PASSWORD})
        way = link_in(mail.outbox[-1])
        sign_up(stranger, NEW)
        Client().post(link_in(mail.outbox[-1]))
        assert is_in(sign_in(stranger, NEW))
        browser.post(way)
        alice.refresh_from_db()
        assert alice.email != stranger
        assert User.objects.get(email=stranger).pk != alice.pk

    def test_needs_the_password(self, alice, signed_in):
        browser = signed_in(alice)
        for sent in ({}, {"password": "wrong"}):
            browser.post("/settings/email/", {"email": "next@example.com", **sent})
        assert not EmailAddress.objects.filter(email="next@example.com").exists()
        assert mail.outbox == []

    def test_to_one_that_somebody_has_looks_the_same_and_never_works(self, alice, bob, signed_in):
        browser = signed_in(alice)
        answer = browser.post("/settings/email/", {"email": bob.email, "password": PASSWORD})
        assert answer.status_code == 302
        for message in mail.outbox:
            found = re.search(r"http://testserver(/accounts/confirm-email/\S+)", message.body)
            if found:
                browser.post(found[1])
        alice.refresh_from_db()
        assert alice.email != bob.email


class TestAnApp:
    def set_up(self, browser, password=PASSWORD):
        page = browser.get("/settings/second-factor/app/").content.decode()
        secret = re.search(r'id="key">([A-Z2-7 ]+)<', page)[1].replace(" ", "")
        code = second_factor.code_at(secret, second_factor.current_step())
        sent = {"app_code": code, "password": password}
        return secret, code, browser.post("/settings/second-factor/app/", sent)

    def test_is_set_up_with_its_first_code_and_gives_ten_recovery_codes(self, alice, signed_in):
        here, there = signed_in(alice), signed_in(alice)
        _, code, answer = self.set_up(here)
        shown = re.findall(r"<code>([\w-]{14})</code>", answer.content.decode())
        assert len(shown) == 10
        assert second_factor.has_second_factor(alice)
        with pytest.raises(second_factor.CodeRefused):
            second_factor.check_code(alice, code)
        assert second_factor.check_code(alice, shown[3]) == "recovery_code"
        assert is_in(here)
        assert not is_in(there)
        assert people.credentials_changed_at(alice.pk) is not None
        assert mail.outbox[-1].to == [alice.email]
        assert AuditEvent.objects.filter(action="person.second_factor_added").count() == 1

    def test_is_not_set_up_with_another_password_or_code(self, alice, signed_in):
        browser = signed_in(alice)
        self.set_up(browser, password=WRONG)
        browser.get("/settings/second-factor/app/")
        browser.post("/settings/second-factor/app/", {"app_code": "000000", "password": PASSWORD})
        assert not second_factor.has_second_factor(alice)
        alice.refresh_from_db()
        assert alice.credentials_changed_at is None

    def test_has_another_key_each_time_and_none_of_them_in_the_session_in_clear(
        self, alice, signed_in
    ):
        browser = signed_in(alice)
        keys = set()
        for _ in range(2):
            page = browser.get("/settings/second-factor/app/").content.decode()
            key = re.search(r'id="key">([A-Z2-7 ]+)<', page)[1].replace(" ", "")
            keys.add(key)
            assert key not in str(dict(browser.session))
        assert len(keys) == 2

    def test_is_asked_for_at_sign_in_from_then_on(self, alice):
        enrol(alice)
        assert not is_in(sign_in(alice.email))
        assert not is_in(sign_in(alice.email, code="000000"))
        assert is_in(sign_in(alice.email, code=second_factor.find_unused_code(alice)))

    def test_is_removed_with_its_code_and_takes_recovery_codes_along(self, alice, signed_in):
        _, _, _ = self.set_up(signed_in(alice))
        browser = sign_in(alice.email, code=second_factor.find_unused_code(alice))
        page = "/settings/second-factor/app/remove/"
        browser.post(page, {"code": "000000"})
        browser.post(page, {"password": PASSWORD})
        assert second_factor.has_second_factor(alice)
        code = find_code(alice)
        browser.post(page, {"code": code})
        assert not second_factor.has_second_factor(alice)
        assert not RecoveryCode.objects.exists()

    def test_gives_new_recovery_codes_for_a_code(self, alice, signed_in):
        self.set_up(signed_in(alice))
        browser = sign_in(alice.email, code=find_code(alice))
        before = set(RecoveryCode.objects.values_list("pk", flat=True))
        page = "/settings/second-factor/recovery-codes/"
        browser.post(page, {"code": "000000"})
        assert set(RecoveryCode.objects.values_list("pk", flat=True)) == before
        browser.post(page, {"code": find_code(alice)})
        after = set(RecoveryCode.objects.values_list("pk", flat=True))
        assert len(after) == 10
        assert not after & before


def find_code(user):
    """Give a code that was not used yet."""
    code = second_factor.find_unused_code(user)
    if code is None:  # two codes were used within half a minute: a recovery code is as good
        from django.db import transaction

        with transaction.atomic():
            code = second_factor.new_recovery_codes(user)[0]
    return code


class TestTokens:
    def ask(self, user, **more):
        return Caller().post("auth/token", {"email": user.email, "password": PASSWORD, **more})

    def test_need_the_code_of_who_has_a_second_factor_once_each(self, alice):
        enrol(alice)
        missing = self.ask(alice)
        assert (missing.status_code, missing.json()["code"]) == (401, "SECOND_FACTOR_REQUIRED")
        code = second_factor.find_unused_code(alice)
        given = self.ask(alice, otp=code)
        assert given.status_code == 200
        again = self.ask(alice, otp=code)
        assert (again.status_code, again.json()["code"]) == (401, "INVALID_CREDENTIALS")
        assert Caller(alice).get("me").json()["second_factor"] is True

    def test_tell_a_wrong_password_from_a_wrong_code_by_nothing(self, alice):
        enrol(alice)
        code = second_factor.find_unused_code(alice)
        answers = [self.ask(alice, otp="000000"), self.ask(alice, otp=code, password=WRONG)]
        told = [{k: v for k, v in a.json().items() if k != "request_id"} for a in answers]
        assert told[0] == told[1]
        assert second_factor.find_unused_code(alice) == code
        without = self.ask(alice, password=WRONG)
        assert without.json()["code"] == "INVALID_CREDENTIALS"

    def test_are_not_for_staff_without_a_second_factor(self, db):
        from tests.conftest import make_staff

        answer = self.ask(make_staff("new"))
        assert (answer.status_code, answer.json()["code"]) == (403, "SECOND_FACTOR_MISSING")
        assert not AccessToken.objects.exists()

    def test_of_somebody_without_a_second_factor_need_none(self, alice):
        assert self.ask(alice).status_code == 200
        assert Caller(alice).get("me").json()["second_factor"] is False


class TestTheTrail:
    def test_has_sign_ins_failures_and_sign_outs_and_nothing_secret(self, alice):
        enrol(alice)
        sign_in(alice.email, "Canary-Password-1")
        sign_in("canary-person@example.com", "Canary-Password-2")
        sign_in(alice.email, code="000000")
        code = second_factor.find_unused_code(alice)
        browser = sign_in(alice.email, code=code)
        browser.post("/accounts/logout/")
        events = list(AuditEvent.objects.filter(action__startswith="person.").order_by("id"))
        assert [(e.action, e.object_id == str(alice.pk)) for e in events] == [
            ("person.sign_in_failed", True),
            ("person.sign_in_failed", False),
            ("person.code_refused", True),
            ("person.signed_in", True),
            ("person.signed_out", True),
        ]
        assert events[3].after == {"with": ["password", "totp"]}
        kept = str([(e.before, e.after, e.object_id, e.actor_id) for e in events])
        assert not re.search(rf"anary|{code}|{PASSWORD}", kept)
        assert events[0].address == "127.0.0.1"
