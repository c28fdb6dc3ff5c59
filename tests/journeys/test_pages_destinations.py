"""The address book in a real Chromium: on a phone, in the dark, without a script."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction

from coinhub.users.models import User
from coinhub.users.services import second_factor
from tests.conftest import make_customer
from tests.journeys.test_pages_browser import CHROMIUM, FLAGS, SCREENS, playwright, site

__all__ = ["site"]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.usefixtures("committed_db"),
]
IBAN = "GB82 WEST 1234 5698 7654 32"


@pytest.fixture
def dora(committed_db: None) -> User:
    """A customer with a second factor."""
    user = make_customer("dora")
    with transaction.atomic():
        second_factor.enrol_totp(user)
    return user


@pytest.fixture
def code(dora: User) -> str:
    """A code that is good now; looked up before the browser starts."""
    return second_factor.find_unused_code(dora) or ""


@pytest.fixture
def window(  # made after everything that asks the database
    site: str,  # noqa: F811
    dora: User,
    code: str,
    signed_in: Callable[..., Any],
) -> Iterator[Callable[..., Any]]:
    """Open a window in which Dora is signed in, with JavaScript or without."""
    cookie = signed_in(dora).cookies[settings.SESSION_COOKIE_NAME].value
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)

        def open_window(scheme: str, size: tuple[int, int], *, script: bool) -> Any:
            context = chromium.new_context(
                base_url=site,
                color_scheme=scheme,
                viewport={"width": size[0], "height": size[1]},
                java_script_enabled=script,
            )
            named = {"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": site}
            context.add_cookies([named])
            page = context.new_page()
            page.complaints = []
            page.on("console", lambda m: page.complaints.append(f"{m.type}: {m.text}"))
            page.on("pageerror", lambda error: page.complaints.append(str(error)))
            return page

        yield open_window
        chromium.close()


def fits(page: Any) -> bool:
    """Say whether nothing scrolls sideways."""
    box = page.locator("html").bounding_box()
    widest = page.evaluate("document.documentElement.scrollWidth")
    return bool(widest <= box["width"])


def enter(page: Any, code: str) -> None:
    """Fill in the form, confirm with a code, and arrive at the address book."""
    page.goto("/destinations/")
    page.click("text=Add an address")
    page.select_option("select[name=where]", "GBP:iban")
    page.fill("input[name=address]", IBAN)
    page.fill("input[name=label]", "My savings account at a bank with a long name")
    page.check("input[name=is_own]")
    page.click("text=Review")
    page.wait_for_selector("text=GB82WEST12345698765432")
    page.fill("input[name=code]", code)


class TestAddressBook:
    @pytest.mark.parametrize(("scheme", "size"), SCREENS)
    def test_an_address_is_added_and_removed(
        self, window: Callable[..., Any], code: str, scheme: str, size: tuple[int, int]
    ) -> None:
        page = window(scheme, size, script=True)
        enter(page, code)
        assert fits(page)
        page.click("main button:has-text('Add this address')")
        page.wait_for_selector("text=Usable from")
        assert fits(page)
        assert page.is_visible("text=GB82WE…5432")
        page.click("text=Remove")
        page.wait_for_selector("h1:has-text('Remove this address?')")
        assert fits(page)
        page.click("main button:has-text('Remove')")
        page.wait_for_selector("text=No address yet")
        assert fits(page)
        assert page.complaints == []

    def test_it_works_by_keyboard_without_a_script(
        self, window: Callable[..., Any], code: str
    ) -> None:
        page = window("light", (390, 844), script=False)
        enter(page, code)
        page.keyboard.press("Enter")
        page.wait_for_selector("text=Usable from")
        assert page.is_visible("text=GB82WE…5432")
