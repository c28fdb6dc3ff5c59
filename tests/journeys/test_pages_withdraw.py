"""Withdrawing and depositing in a real Chromium: phone and desk, in the light and the dark."""

import os
import re
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client

from coinhub.users.services import second_factor
from tests.conftest import use_second_factor
from tests.journeys.test_pages_browser import (  # noqa: F401  # a fixture
    CHROMIUM,
    FLAGS,
    SCREENS,
    note_failure,
    playwright,
    site,
)
from tests.wallets.leaving import leaver, place
from wallets.models import Transaction

SHOTS = os.environ.get("COINHUB_SHOTS", "")  # a folder for pictures to look at
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.usefixtures("committed_db"),
]


@pytest.fixture
def ann(committed_db: None) -> dict[str, Any]:
    """A customer with an old and a new address, what it takes to be signed in, and codes."""
    user = leaver()
    place(user)
    place(user, age_h=1)
    client = Client()
    client.force_login(user)
    use_second_factor(client, user)
    with transaction.atomic():
        codes = second_factor.new_recovery_codes(user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    return {"user": user, "cookie": cookie, "codes": codes}


def shot(page: Any, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def fits(page: Any, size: tuple[int, int]) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth") <= size[0])


def test_a_deposit_a_withdrawal_and_taking_it_back(ann: Any, site: str) -> None:  # noqa: F811
    codes = list(ann["codes"])
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for scheme, size in SCREENS:
            context = chromium.new_context(
                base_url=site,
                color_scheme=scheme,
                viewport={"width": size[0], "height": size[1]},
            )
            cookie = {"name": settings.SESSION_COOKIE_NAME, "value": ann["cookie"], "url": site}
            context.add_cookies([cookie])
            page = context.new_page()
            complaints: list[str] = []
            page.complaints = complaints
            page.on("console", lambda m, c=complaints: c.append(f"{m.type}: {m.text}"))
            page.on("requestfailed", lambda r, p=page: note_failure(p, r))
            walk(page, f"{scheme}-{size[0]}", size, codes.pop())
            assert [c for c in complaints if "422" not in c] == []
            context.close()
        chromium.close()
    ended = Transaction.objects.filter(payer_wallet__owner=ann["user"], type="withdrawal")
    assert ended.filter(state="cancelled").count() == len(SCREENS)


def walk(page: Any, name: str, size: tuple[int, int], code: str) -> None:
    """Deposit, withdraw with the keyboard, take it back."""
    page.goto("/deposit/")
    page.fill("input[name=amount]", "12.50")
    page.select_option("select[name=currency]", "GBP")
    page.focus("select[name=currency]")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/transactions/"))
    page.goto("/deposit/")
    assert fits(page, size)
    shot(page, f"deposit-{name}")
    page.goto("/withdraw/")
    page.fill("input[name=amount]", "25.00")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('Is this right?')")
    assert fits(page, size)
    shot(page, f"confirm-{name}")
    page.fill("input[name=code]", code)
    page.keyboard.press("Enter")
    page.wait_for_selector("h2:has-text('Where it stands')")
    assert fits(page, size)
    shot(page, f"progress-{name}")
    page.goto("/withdraw/")
    assert fits(page, size)
    shot(page, f"withdraw-{name}")
    page.click("button:has-text('Take back')")
    page.wait_for_selector("text=was taken back")
