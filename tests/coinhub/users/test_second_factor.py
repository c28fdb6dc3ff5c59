"""The second factor: a code works once, whoever sends it how often, and guessing is slow."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from allauth.mfa import app_settings as mfa_settings
from allauth.mfa.adapter import DefaultMFAAdapter, get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt
from allauth.utils import get_form_class
from django.core.cache import cache
from django.db import OperationalError, connection, transaction
from django.test import Client

from coinhub.core.db import database_clock
from coinhub.users.models import FactorTries, RecoveryCode, UsedCode
from coinhub.users.services import second_factor
from coinhub.users.services.second_factor import CodeRefused, FactorLocked
from coinhub.users.web.forms import AgainForm, CodeForm
from tests.api_client import Caller
from tests.conftest import PASSWORD, make_customer
from tests.passkeys import Passkey


def enrol(user):
    with transaction.atomic():
        return second_factor.enrol_totp(user)


def code_of(secret, ahead=0):
    return second_factor.code_at(secret, second_factor.current_step() + ahead)


def wrong_for(secret):
    """Give a code that is not right at any step near now."""
    near = {code_of(secret, ahead) for ahead in range(-3, 4)}
    return next(code for code in (f"{n:06d}" for n in range(10)) if code not in near)


def try_code(user, code, place=""):
    try:
        return second_factor.check_code(user, code, place)
    except (CodeRefused, FactorLocked) as refusal:
        return type(refusal)
    except OperationalError:  # waited too long behind the others: neither taken nor counted
        return "busy"
    finally:
        connection.close()


def at_once(tries):
    with ThreadPoolExecutor(len(tries)) as crowd:
        return [done.result() for done in [crowd.submit(try_code, *one) for one in tries]]


@pytest.mark.django_db
class TestACode:
    def test_is_taken_once_and_never_again(self, alice):
        secret = enrol(alice)
        code = code_of(secret)
        assert second_factor.check_code(alice, f" {code[:3]} {code[3:]} ") == "totp"
        with pytest.raises(CodeRefused):
            second_factor.check_code(alice, code)
        assert UsedCode.objects.count() == 1

    def test_stays_used_when_the_cache_is_emptied(self, alice):
        code = code_of(enrol(alice))
        second_factor.check_code(alice, code)
        cache.clear()
        with pytest.raises(CodeRefused):
            second_factor.check_code(alice, code)

    @pytest.mark.parametrize("ahead", [-1, 0, 1])
    def test_of_the_step_before_or_after_is_taken_for_clocks_differ(self, alice, ahead):
        assert second_factor.check_code(alice, code_of(enrol(alice), ahead)) == "totp"

    @pytest.mark.parametrize("ahead", [-3, 3])
    def test_of_another_time_is_refused(self, alice, ahead):
        code = code_of(enrol(alice), ahead)
        with pytest.raises(CodeRefused):
            second_factor.check_code(alice, code)

    def test_of_somebody_else_is_refused(self, alice, bob):
        enrol(alice)
        code = code_of(enrol(bob))
        with pytest.raises(CodeRefused):
            second_factor.check_code(alice, code)
        assert second_factor.check_code(bob, code) == "totp"

    @pytest.mark.parametrize(
        "code", ["", " ", "12345", "x" * 5000, "\u0661\u0662\u0663456", "\x00"]
    )
    def test_that_is_none_is_refused(self, alice, code):
        enrol(alice)
        with pytest.raises(CodeRefused):
            second_factor.check_code(alice, code)

    def test_cannot_be_checked_within_the_operation_it_is_for(self, committed_db):
        user = make_customer("durable")
        with pytest.raises(RuntimeError), transaction.atomic():
            second_factor.check_code(user, "123456")

    def test_of_an_old_factor_is_worth_nothing_after_a_new_one(self, alice):
        old = enrol(alice)
        new = enrol(alice)
        assert new != old
        with pytest.raises(CodeRefused):
            second_factor.check_code(alice, code_of(old))
        assert second_factor.check_code(alice, code_of(new)) == "totp"


@pytest.mark.django_db
class TestTheSecret:
    def test_is_not_in_the_database_in_clear(self, alice):
        secret = enrol(alice)
        kept = Authenticator.objects.get(user=alice).data["secret"]
        assert secret not in kept
        assert second_factor.find_unused_code(alice) == code_of(secret)

    def test_makes_a_second_factor_of_which_recovery_codes_are_none(self, alice, bob):
        with transaction.atomic():
            second_factor.new_recovery_codes(bob)
        enrol(alice)
        assert second_factor.has_second_factor(alice)
        assert not second_factor.has_second_factor(bob)


@pytest.mark.django_db
class TestWhatIsOurs:
    """Each thing put in allauth's place is needed: this is what it does by itself."""

    def test_is_that_an_emptied_cache_lets_no_code_work_twice(self, alice):
        code = code_of(enrol(alice))
        theirs = Authenticator.objects.get(user=alice).wrap()
        assert theirs.validate_code(code)
        cache.clear()
        assert theirs.validate_code(code)
        assert second_factor.check_code(alice, code) == "totp"
        cache.clear()
        with pytest.raises(CodeRefused):
            second_factor.check_code(alice, code)

    def test_is_that_secrets_are_sealed(self):
        assert DefaultMFAAdapter().encrypt("JBSWY3DP") == "JBSWY3DP"
        sealed = get_adapter().encrypt("JBSWY3DP")
        assert "JBSWY3DP" not in sealed
        assert sealed != get_adapter().encrypt("JBSWY3DP")
        assert get_adapter().decrypt(sealed) == "JBSWY3DP"

    def test_is_that_codes_of_pages_go_through_our_forms_only(self, alice):
        assert get_form_class(mfa_settings.FORMS, "authenticate", None) is CodeForm
        assert get_form_class(mfa_settings.FORMS, "reauthenticate", None) is AgainForm
        assert "recovery_codes" not in mfa_settings.SUPPORTED_TYPES


@pytest.mark.django_db
class TestGuessing:
    def fail(self, user, secret, times):
        for _ in range(times):
            with pytest.raises(CodeRefused):
                second_factor.check_code(user, wrong_for(secret))

    def test_ends_after_five_wrong_codes_even_with_the_right_one(self, alice):
        secret = enrol(alice)
        self.fail(alice, secret, 5)
        with pytest.raises(FactorLocked) as locked:
            second_factor.check_code(alice, code_of(secret))
        assert 0 < locked.value.members["retry_after"] <= 60
        assert UsedCode.objects.count() == 0

    def test_waits_longer_each_time(self, alice):
        secret = enrol(alice)
        waits = []
        for _ in range(8):
            self.fail(alice, secret, 5)
            tries = FactorTries.objects.get(user=alice)
            waits.append(tries.locked_until - database_clock())
            FactorTries.objects.update(locked_until=database_clock() - timedelta(seconds=1))
        minutes = [round(wait / timedelta(minutes=1)) for wait in waits]
        assert minutes == [1, 4, 16, 64, 256, 1024, 1440, 1440]

    def test_is_not_what_somebody_does_who_sends_a_used_code_again(self, alice):
        secret = enrol(alice)
        with transaction.atomic():
            recovery = second_factor.new_recovery_codes(alice)[0]
        for code in (code_of(secret), recovery):
            second_factor.check_code(alice, code)
            for _ in range(6):
                with pytest.raises(CodeRefused):
                    second_factor.check_code(alice, code)
        assert second_factor.check_code(alice, code_of(secret, 1)) == "totp"

    def test_starts_anew_after_a_right_code(self, alice):
        secret = enrol(alice)
        self.fail(alice, secret, 4)
        second_factor.check_code(alice, code_of(secret))
        self.fail(alice, secret, 4)
        assert second_factor.check_code(alice, code_of(secret, 1)) == "totp"


@pytest.mark.django_db
class TestStrangersWhoKnowThePassword:
    """They guess codes until the factor waits, and the owner gets through all the same."""

    def guess(self, user, times=5):
        secret = decrypt(Authenticator.objects.get(user=user, type="totp").data["secret"])
        for _ in range(times):
            stranger = self.at_the_code(Client(), user)
            answer = stranger.post("/accounts/2fa/authenticate/", {"code": wrong_for(secret)})
            assert not is_in(stranger)
        return answer.content.decode()

    def at_the_code(self, browser, user):
        browser.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
        return browser

    def sign_in(self, browser, user):
        self.at_the_code(browser, user)
        code = second_factor.find_unused_code(user)
        browser.post("/accounts/2fa/authenticate/", {"code": code})
        return is_in(browser)

    def test_do_not_keep_the_owner_from_a_device_of_old(self, alice):
        enrol(alice)
        owner = Client()
        assert self.sign_in(owner, alice)
        owner.post("/accounts/logout/")
        assert not is_in(owner)
        self.guess(alice)
        assert "Too many wrong codes" in self.guess(alice, 1)
        assert not self.sign_in(Client(), alice)
        assert self.sign_in(owner, alice)

    def test_do_not_keep_the_owner_from_confirming_where_they_are_signed_in(self, alice, signed_in):
        enrol(alice)
        caller, browser = Caller(alice), signed_in(alice)
        self.guess(alice)
        wish = {"label": "shop", "scopes": ["transfer"]}
        asked = caller.post("api-keys", wish).json()["challenge_id"]
        code = {"code": second_factor.find_unused_code(alice)}
        assert caller.post(f"auth/confirmations/{asked}", code).status_code == 200
        code = {"code": second_factor.find_unused_code(alice)}
        asked = caller.post("api-keys", {**wish, "label": "other"}).json()["challenge_id"]
        answer = browser.post("/settings/confirmations/", {"challenge": asked, **code})
        assert answer.status_code == 302

    def test_do_not_keep_a_passkey_out(self, alice):
        enrol(alice)
        key = Passkey().add_to(alice)
        self.guess(alice)
        owner = self.at_the_code(Client(), alice)
        page = owner.get("/accounts/2fa/authenticate/")
        for _ in range(12):  # nor do wrong answers of passkeys
            wrong = json.dumps(key.answer(b"something else"))
            owner.post("/accounts/2fa/authenticate/", {"credential": wrong})
        signed = key.sign(page.context["js_data"]["request_options"])
        page = owner.get("/accounts/2fa/authenticate/")
        signed = key.sign(page.context["js_data"]["request_options"])
        owner.post("/accounts/2fa/authenticate/", {"credential": json.dumps(signed)})
        assert is_in(owner)

    def test_are_one_stranger_whatever_device_they_claim(self, alice):
        secret = enrol(alice)
        self.guess(alice)
        claimed = Client()
        claimed.cookies["device"] = "made-up"
        self.at_the_code(claimed, alice)
        claimed.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
        assert not is_in(claimed)
        other = make_customer("other")
        device = Client()
        self.at_the_code(device, other)
        assert is_in(device)
        device.post("/accounts/logout/")
        self.at_the_code(device, alice)
        device.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
        assert not is_in(device)

    def test_a_device_of_old_that_guesses_waits_as_long(self, alice):
        secret = enrol(alice)
        for _ in range(5):
            with pytest.raises(CodeRefused):
                second_factor.check_code(alice, wrong_for(secret), "device one")
        with pytest.raises(FactorLocked):
            second_factor.check_code(alice, code_of(secret), "device one")
        assert second_factor.check_code(alice, code_of(secret), "device two") == "totp"
        with pytest.raises(FactorLocked):
            second_factor.check_code(alice, code_of(secret, 1), "device one")

    def test_a_right_code_of_the_owner_gives_strangers_no_new_tries(self, alice):
        secret = enrol(alice)
        self.guess(alice, 4)
        second_factor.check_code(alice, code_of(secret), "device one")
        self.guess(alice, 1)
        with pytest.raises(FactorLocked):
            second_factor.check_code(alice, code_of(secret, 1))


def is_in(browser):
    return browser.get("/settings/").status_code == 200


@pytest.mark.django_db
class TestRecoveryCodes:
    def test_are_ten_each_taken_once_however_they_are_written(self, alice):
        with transaction.atomic():
            codes = second_factor.new_recovery_codes(alice)
        assert len(set(codes)) == 10
        assert (
            second_factor.check_code(alice, codes[0].upper().replace("-", " ")) == "recovery_code"
        )
        with pytest.raises(CodeRefused):
            second_factor.check_code(alice, codes[0])
        assert second_factor.count_recovery_codes(alice) == 9

    def test_are_kept_as_hashes(self, alice):
        with transaction.atomic():
            codes = second_factor.new_recovery_codes(alice)
        kept = b"".join(bytes(row.digest) for row in RecoveryCode.objects.filter(user=alice))
        assert not any(code.replace("-", "").encode() in kept for code in codes)

    def test_of_before_are_worth_nothing_once_there_are_new_ones(self, alice):
        with transaction.atomic():
            old = second_factor.new_recovery_codes(alice)
            second_factor.new_recovery_codes(alice)
        with pytest.raises(CodeRefused):
            second_factor.check_code(alice, old[0])


class TestAtOnce:
    def test_fifty_with_one_valid_code_are_one_success(self, committed_db):
        user = make_customer("stormed")
        code = code_of(enrol(user))
        answers = at_once([(user, code)] * 50)
        refused = answers.count(CodeRefused) + answers.count("busy")
        assert (answers.count("totp"), refused) == (1, 49)

    def test_one_code_from_many_places_is_one_success(self, committed_db):
        user = make_customer("stormed")
        code = code_of(enrol(user))
        answers = at_once([(user, code, f"device {number}") for number in range(20)])
        assert (answers.count("totp"), answers.count(CodeRefused)) == (1, 19)

    def test_ten_recovery_codes_are_ten_successes_and_the_same_again_none(self, committed_db):
        user = make_customer("recovering")
        with transaction.atomic():
            codes = second_factor.new_recovery_codes(user)
        assert at_once([(user, code) for code in codes]) == ["recovery_code"] * 10
        assert second_factor.count_recovery_codes(user) == 0
        assert "recovery_code" not in at_once([(user, code) for code in codes])

    def test_wrong_codes_are_five_tries_for_all(self, committed_db):
        user = make_customer("guessed")
        secret = enrol(user)
        answers = at_once([(user, wrong_for(secret))] * 20)
        assert answers.count(CodeRefused) == 5
        assert answers.count(FactorLocked) == 15
