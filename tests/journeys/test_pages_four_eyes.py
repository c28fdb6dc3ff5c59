"""Two members of staff in a real browser: one proposes, the other approves, by keyboard."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from coinhub.users import roles
from coinhub.users.models import User
from tests.conftest import make_customer, make_staff, use_second_factor
from tests.journeys.test_pages_browser import (
    CHROMIUM,
    FLAGS,
    SCREENS,
    note_failure,
    playwright,
    site,
)

__all__ = ["site"]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.usefixtures("committed_db"),
]
REASON = "She joins the identity team on Monday"
PICTURES = os.environ.get("COINHUB_TEST_PICTURES")  # a folder, to look at the pages


def session_of(person: User) -> str:
    client = Client()
    client.force_login(person)
    use_second_factor(client, person)
    return client.cookies["sessionid"].value


@pytest.fixture
def cast(committed_db: None) -> Any:
    """All that is asked of the database is asked before the browser starts."""
    people = {
        "maker": make_staff("mona-maker", roles.OPERATIONS),
        "checker": make_staff("chad-checker", roles.OPERATIONS),
    }
    nora = make_customer("nora")
    return SimpleNamespace(
        nora=str(nora.pk),
        email=nora.email,
        sessions={name: session_of(person) for name, person in people.items()},
    )


@pytest.fixture
def office(site: str, cast: Any) -> Iterator[Callable[..., Any]]:
    """Open a window of the back office for somebody."""
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)

        def window(name: str, scheme: str = "light", size: tuple[int, int] = (1400, 900)) -> Any:
            context = chromium.new_context(
                base_url=site,
                color_scheme=scheme,
                viewport={"width": size[0], "height": size[1]},
            )
            context.add_cookies([{"name": "sessionid", "value": cast.sessions[name], "url": site}])
            page = context.new_page()
            page.complaints = []
            page.on("console", lambda m: page.complaints.append(f"{m.type}: {m.text}"))
            page.on("pageerror", lambda error: page.complaints.append(str(error)))
            page.on("requestfailed", lambda request: note_failure(page, request))
            return page

        yield window
        chromium.close()


def picture(page: Any, name: str) -> None:
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=True)


def test_a_role_is_proposed_by_one_and_given_by_another(office, cast):
    maker = office("maker")
    maker.goto(f"/admin/users/user/{cast.nora}/change/")
    maker.check("#roles-roles >> input[value=kyc]")
    maker.fill("#roles-reason", REASON)
    maker.click("text=Propose the roles")
    maker.wait_for_selector("text=A second person has to approve it")
    maker.goto(f"/admin/approvals/approval/?q={cast.nora}")
    maker.locator("#result_list a", has_text="Change the roles").click()
    maker.wait_for_selector("text=somebody else has to decide")
    assert maker.locator("text=Approve and do it").count() == 0

    for scheme, size in SCREENS:
        page = office("checker", scheme, size)
        for address in (
            "/admin/", "/admin/approvals/approval/", "/admin/users/user/",
            "/admin/users/user/invite/", f"/admin/users/user/{cast.nora}/change/",
            "/admin/events/auditevent/",
        ):  # fmt: skip
            page.goto(address)
            if "change" in address or address in ("/admin/", "/admin/users/user/invite/"):
                assert page.evaluate("document.documentElement.scrollWidth") <= size[0], address
            picture(page, f"{scheme}-{size[0]}{address.replace('/', '_').replace(cast.nora, 'x')}")
        page.goto(f"/admin/approvals/approval/?q={cast.nora}")
        page.locator("#result_list a", has_text="Change the roles").click()
        page.wait_for_selector("text=What will happen")
        assert REASON in page.inner_text("main")
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
        picture(page, f"{scheme}-{size[0]}_approval")
        assert page.complaints == []
        page.close()

    checker = office("checker")
    checker.goto(f"/admin/approvals/approval/?q={cast.nora}")
    checker.locator("#result_list a", has_text="Change the roles").focus()
    checker.keyboard.press("Enter")
    checker.wait_for_selector("text=Approve and do it")
    checker.locator("text=Approve and do it").focus()
    checker.keyboard.press("Enter")
    checker.wait_for_selector("text=Approved and done")
    checker.goto(f"/admin/users/user/{cast.nora}/change/")
    assert "kyc" in checker.inner_text(".field-role")
    assert checker.complaints == []
