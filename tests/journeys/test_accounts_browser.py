"""Accounts in a real Chromium: a passkey needs the browser's script and a device."""

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator

from coinhub.users.models import ApiKey, User
from coinhub.users.services import second_factor
from tests.conftest import PASSWORD, make_customer
from tests.journeys import test_pages_browser
from tests.journeys.test_pages_browser import CHROMIUM, FLAGS

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.usefixtures("committed_db"),
]
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
# What the console says without complaining: hints of the browser, what a sign-out cleared.
NO_COMPLAINT = ("verbose", "Clear-Site-Data")

site = test_pages_browser.site


@pytest.fixture
def person(committed_db: None) -> User:
    """Somebody without a second factor, made before the browser starts."""
    return make_customer("keyholder")


def open_window(chromium: Any, address: str, size: tuple[int, int] = (1400, 900)) -> Any:
    context = chromium.new_context(
        base_url=address.replace("127.0.0.1", "localhost"),  # a passkey belongs to a name
        viewport={"width": size[0], "height": size[1]},
    )
    page = context.new_page()
    page.complaints = []
    page.on("console", lambda m: page.complaints.append(f"{m.type}: {m.text}"))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    return page


def sign_in(page: Any, email: str) -> None:
    page.goto("/accounts/login/")
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_load_state("networkidle")


def with_browser(work: Any) -> None:
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            work(chromium)
        finally:
            chromium.close()


def test_a_passkey_is_added_and_asked_for_at_sign_in(site: str, person: User) -> None:
    email, seen = person.email or "", {}

    def work(chromium: Any) -> None:
        page = open_window(chromium, site)
        device = page.context.new_cdp_session(page)
        device.send("WebAuthn.enable")
        device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
        sign_in(page, email)
        page.goto("/accounts/2fa/webauthn/add/")
        page.fill("input[name=password]", PASSWORD)
        page.click("main button[type=submit]")
        page.click("#passkey-button")
        page.wait_for_url("**/settings/second-factor/")
        page.click(".side-foot button:has-text('Sign out')")
        page.wait_for_url("**/accounts/login/")
        sign_in(page, email)
        seen["after_password"] = page.url
        page.click("#passkey-button")
        page.wait_for_selector("h1:has-text('Hello')")
        page.goto("/accounts/password/change/")
        seen["before_a_change"] = page.url
        page.click("#passkey-button")
        page.wait_for_url("**/accounts/password/change/")
        seen["asks_for_a_code"] = page.locator("input[name=code]").count()
        page.goto("/settings/api-keys/new/")
        page.fill("input[name=label]", "shop")
        page.check("input[value=transfer]")
        page.click("main button[type=submit]")
        page.click("[data-passkey-ask] button")
        page.wait_for_selector("text=chk_test_")
        seen["complaints"] = [
            said for said in page.complaints if not any(word in said for word in NO_COMPLAINT)
        ]

    with_browser(work)
    assert seen["after_password"].endswith("/accounts/2fa/authenticate/")
    assert "/accounts/2fa/webauthn/reauthenticate/" in seen["before_a_change"]
    assert (seen["asks_for_a_code"], seen["complaints"]) == (0, [])
    assert Authenticator.objects.filter(user=person).count() == 1
    assert ApiKey.objects.get(user=person).scopes == ["read", "transfer"]


def test_an_app_is_set_up_on_a_phone_and_nothing_scrolls_sideways(site: str, person: User) -> None:
    email, seen = person.email or "", {}

    def work(chromium: Any) -> None:
        page = open_window(chromium, site, (390, 844))
        sign_in(page, email)
        page.goto("/settings/second-factor/app/")
        secret = page.inner_text("#key").replace(" ", "")
        page.fill(
            "input[name=app_code]", second_factor.code_at(secret, second_factor.current_step())
        )
        page.fill("input[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_selector("ol.codes")
        seen["codes"] = re.findall(r"[\w]{4}-[\w]{4}-[\w]{4}", page.inner_text("ol.codes"))
        widths = []
        for address in ("", "email/", "sessions/", "second-factor/", "second-factor/app/remove/"):
            page.goto(f"/settings/{address}")
            widths.append(page.evaluate("document.documentElement.scrollWidth"))
        seen["widths"] = widths
        seen["complaints"] = [c for c in page.complaints if "verbose" not in c]

    with_browser(work)
    assert len(set(seen["codes"])) == 10
    assert (max(seen["widths"]), seen["complaints"]) == (390, [])
    assert second_factor.has_second_factor(person)
