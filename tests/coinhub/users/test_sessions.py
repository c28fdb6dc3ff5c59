"""Sessions: they end by themselves, by hand, and staff need a second factor in theirs."""

import time

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client

from coinhub.users import roles
from coinhub.users.services import second_factor
from tests.coinhub.users.test_account_pages import is_in, sign_in
from tests.coinhub.users.test_second_factor import enrol
from tests.conftest import make_staff, use_second_factor

pytestmark = pytest.mark.django_db


def aged(browser, *, seen=0, started=0):
    """Let a session have been used and begun so many seconds ago."""
    session = browser.session
    session["seen_at"] = time.time() - seen
    session["started_at"] = time.time() - max(started, seen)
    session.save()
    return browser


def staff_browser():
    person = make_staff("mia", roles.OPERATIONS)
    browser = Client()
    browser.force_login(person)
    use_second_factor(browser, person)
    return browser


class TestTheEnd:
    @pytest.mark.parametrize(
        ("seen", "started", "lives"),
        [(890, 0, True), (901, 0, False), (0, 43_100, True), (0, 43_201, False)],
    )
    def test_of_a_customers_comes_after_15_idle_minutes_or_12_hours(
        self, alice, signed_in, seen, started, lives
    ):
        browser = aged(signed_in(alice), seen=seen, started=started)
        assert is_in(browser) is lives
        assert is_in(browser) is lives

    @pytest.mark.parametrize(
        ("seen", "started", "lives"),
        [(590, 0, True), (601, 0, False), (0, 28_700, True), (0, 28_801, False)],
    )
    def test_of_staffs_comes_after_10_idle_minutes_or_8_hours(self, seen, started, lives):
        browser = aged(staff_browser(), seen=seen, started=started)
        assert (browser.get("/admin/").status_code == 200) is lives

    def test_is_put_off_by_use(self, alice, signed_in):
        browser = aged(signed_in(alice), seen=890, started=1000)
        assert is_in(browser)
        assert time.time() - browser.session["seen_at"] < 5

    def test_has_come_for_a_session_without_a_beginning(self, alice, signed_in):
        browser = signed_in(alice)
        session = browser.session
        del session["started_at"]
        session.save()
        assert not is_in(browser)


class TestTheCookie:
    @pytest.mark.parametrize("name", ["sessionid", "csrftoken"])
    def test_is_read_by_no_script_and_sent_from_no_other_site(self, alice, name):
        browser = sign_in(alice.email)
        browser.get("/settings/")
        cookie = browser.cookies[name]
        assert cookie["httponly"]
        assert (cookie["samesite"], cookie["path"], cookie["domain"]) == ("Lax", "/", "")

    def test_is_worth_nothing_after_the_sign_out_nor_with_an_id_nobody_gave(self, alice):
        browser, thief = sign_in(alice.email), Client()
        thief.cookies["sessionid"] = browser.session.session_key
        assert is_in(thief)
        browser.post("/accounts/logout/")
        assert not is_in(thief)
        thief.cookies["sessionid"] = "a" * 32
        thief.get("/accounts/login/")
        assert thief.cookies["sessionid"].value != "a" * 32 or not thief.session.session_key


class TestTheId:
    def test_is_a_new_one_at_sign_in(self, alice):
        browser = Client()
        browser.get("/accounts/login/")
        session = browser.session
        session["planted"] = True
        session.save()
        planted = session.session_key
        browser.cookies["sessionid"] = planted
        browser.post(
            "/accounts/login/", {"login": alice.email, "password": "correct-horse-battery"}
        )
        assert is_in(browser)
        assert browser.session.session_key != planted

    def test_is_a_new_one_when_the_second_factor_is_used_again(self, alice):
        enrol(alice)
        browser = sign_in(alice.email, code=second_factor.find_unused_code(alice))
        before = browser.session.session_key
        code = second_factor.find_unused_code(alice)
        browser.post("/accounts/2fa/reauthenticate/", {"code": code})
        assert is_in(browser)
        assert browser.session.session_key != before


class TestTheList:
    def test_shows_mine_and_ends_one_of_them(self, alice, bob):
        here, there, his = sign_in(alice.email), sign_in(alice.email), sign_in(bob.email)
        page = here.get("/settings/sessions/").content.decode()
        assert page.count("this browser") == 1
        assert page.count("since <time") == 2
        other = UserSession.objects.get(session_key=there.session.session_key)
        here.post("/settings/sessions/", {"session": other.pk})
        assert (is_in(here), is_in(there), is_in(his)) == (True, False, True)

    def test_ends_all_others(self, alice):
        here, there, elsewhere = (sign_in(alice.email) for _ in range(3))
        here.post("/settings/sessions/", {"session": "others"})
        assert (is_in(here), is_in(there), is_in(elsewhere)) == (True, False, False)

    @pytest.mark.parametrize("name", ["his", "", "x", "9" * 30, "\u0661"])
    def test_never_ends_somebody_elses(self, alice, bob, name):
        here, his = sign_in(alice.email), sign_in(bob.email)
        number = UserSession.objects.get(session_key=his.session.session_key).pk
        here.post("/settings/sessions/", {"session": number if name == "his" else name})
        assert (is_in(here), is_in(his)) == (True, True)


class TestStaff:
    @pytest.mark.parametrize(
        "page", ["/", "/admin/", "/admin/users/user/", "/wallets/", "/settings/"]
    )
    def test_without_a_second_factor_are_led_to_set_one_up_and_see_nothing_else(self, page):
        browser = Client()
        browser.force_login(make_staff("new", superuser=True))
        answer = browser.get(page)
        assert (answer.status_code, answer.url) == (302, "/settings/second-factor/")
        assert browser.get("/settings/second-factor/").status_code == 200
        assert browser.get("/settings/second-factor/app/").status_code == 200

    def test_with_one_that_this_session_has_not_seen_are_asked_for_it(self):
        person = make_staff("sam", roles.AUDITOR)
        enrol(person)
        browser = Client()
        browser.force_login(person)
        answer = browser.get("/admin/?q=1")
        assert answer.url == "/accounts/2fa/reauthenticate/?next=%2Fadmin%2F%3Fq%3D1"
        browser.post(answer.url, {"code": "000000", "next": "/admin/"})
        assert browser.get("/admin/").status_code == 302
        browser.post(
            answer.url, {"code": second_factor.find_unused_code(person), "next": "/admin/"}
        )
        assert browser.get("/admin/").status_code == 200

    def test_are_not_let_in_by_the_record_of_somebody_else(self):
        person, other = make_staff("sam", roles.AUDITOR), make_staff("eve", roles.AUDITOR)
        browser = Client()
        browser.force_login(person)
        use_second_factor(browser, other)
        assert browser.get("/admin/").status_code == 302

    def test_act_on_nothing_before_either(self):
        browser = Client()
        browser.force_login(make_staff("new", superuser=True))
        answer = browser.post("/send/", {"to": "x", "step": "review"})
        assert (answer.status_code, answer.url) == (302, "/settings/second-factor/")


class TestAPasskeyPage:
    def test_asks_who_has_a_second_factor_for_it_and_not_for_the_password(self, alice):
        enrol(alice)
        browser = sign_in(alice.email, code=second_factor.find_unused_code(alice))
        answer = browser.get("/accounts/2fa/webauthn/add/")
        assert answer.url.startswith("/accounts/2fa/reauthenticate/")
        browser.post("/accounts/reauthenticate/", {"password": "correct-horse-battery"})
        assert browser.get("/accounts/2fa/webauthn/add/").status_code == 302
        browser.post(answer.url, {"code": second_factor.find_unused_code(alice)})
        assert browser.get("/accounts/2fa/webauthn/add/").status_code == 200


@pytest.mark.parametrize("page", ["/settings/", "/accounts/password/change/", "/settings/email/"])
def test_a_page_of_the_settings_is_marked_in_their_menu(alice, signed_in, page):
    html = signed_in(alice).get(page).content.decode()
    assert f'<a href="{page}" aria-current="page">' in html.partition('class="settings-nav"')[2]
