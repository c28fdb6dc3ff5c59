"""A newcomer opens an account, confirms it, sets up a second factor, and gets a first deposit.

In a real Chromium, on a phone in the dark; the money is held until the identity is checked.
"""

import os
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core import mail

from coinhub.users.models import User
from coinhub.users.services import second_factor
from kyc.models import Case
from tests.journeys.test_pages_browser import (  # noqa: F401  # a fixture
    CHROMIUM,
    FLAGS,
    note_failure,
    playwright,
    site,
)
from tests.kyc.conftest import picture
from wallets.models import Hold, Wallet

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.usefixtures("committed_db"),
]
SHOTS = os.environ.get("COINHUB_SHOTS", "")  # a folder for pictures to look at
EMAIL, PASSWORD = "nell-of-the-journeys@example.com", "four-otters-in-a-teapot"  # noqa: S105
DETAILS = {
    "full_name": "Nell Newcomer",
    "birth_date": "1990-04-01",
    "street": "1 Canary Wharf",
    "city": "London",
    "postcode": "E14 5AB",
    "tax_id": "QQ123456C",
}


def shot(page: Any, name: str) -> None:
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


def press(page: Any, words: str) -> None:
    """Press a button of the page and wait for what comes."""
    shot(page, f"newcomer-before-{words.split()[0]}")
    with page.expect_navigation():
        page.click(f"main button:has-text('{words}')")


def link_in_the_mail() -> str:
    """Give the path of the link that confirms the e-mail."""
    (letter,) = [one for one in mail.outbox if EMAIL in one.to]
    found = re.search(r"https?://[^/\s]+(/accounts/confirm-email/\S+)", str(letter.body))
    assert found is not None, letter.body
    return found[1]


def open_account(page: Any) -> None:
    """Sign up, follow the link of the mail, sign in."""
    page.goto("/accounts/login/")
    page.click("text=Open an account")
    page.fill("input[name=email]", EMAIL)
    page.fill("input[name=password1]", PASSWORD)
    if page.locator("input[name=password2]").count():
        page.fill("input[name=password2]", PASSWORD)
    press(page, "Open an account")
    shot(page, "newcomer-sent")
    page.goto(link_in_the_mail())
    press(page, "Confirm")
    shot(page, "newcomer-confirmed")
    if "/accounts/login/" in page.url:
        page.fill("input[name=login]", EMAIL)
        page.fill("input[name=password]", PASSWORD)
        press(page, "Sign in")
    page.wait_for_selector("h1:has-text('Overview')")


def set_up_app(page: Any) -> None:
    """Scan the key with an authenticator app, as it were."""
    page.goto("/settings/second-factor/app/")
    secret = page.inner_text("#key").replace(" ", "")
    step = second_factor.current_step()
    page.fill("input[name=app_code]", second_factor.code_at(secret, step))
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("ol.codes")
    shot(page, "newcomer-codes")


def let_money_arrive(page: Any) -> None:
    page.goto("/deposit/")
    page.fill("input[name=amount]", "200.00")
    page.select_option("select[name=currency]", "GBP")
    press(page, "Let it arrive")
    shot(page, "newcomer-deposit")


def prove_identity(page: Any, folder: Path) -> None:
    """Fill in the details and send both pictures."""
    page.goto("/kyc/")
    page.get_by_role("link", name="Begin").click()
    for name, value in DETAILS.items():
        page.fill(f"[name={name}]", value)
    page.select_option("[name=country]", "GB")
    page.check("[name=consent]")
    press(page, "Save and go on")
    for kind in ("id_front", "selfie"):
        path = folder / f"{kind}.jpg"
        path.write_bytes(picture(size=(1600, 1050), text=kind))
        page.set_input_files(f"#file-{kind}", str(path))
        with page.expect_navigation():
            page.locator(f"#{kind} button[type=submit]").click()
    press(page, "Send it off")
    shot(page, "newcomer-handed-in")


def test_a_newcomer_comes_to_a_first_deposit_and_a_case(site: str, tmp_path: Path) -> None:  # noqa: F811
    seen: dict[str, Any] = {"widths": []}
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = chromium.new_page(
            base_url=site, color_scheme="dark", viewport={"width": 390, "height": 844}
        )
        page.complaints = []
        page.on("console", lambda m: page.complaints.append(f"{m.type}: {m.text}"))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("requestfailed", lambda request: note_failure(page, request))
        open_account(page)
        set_up_app(page)
        let_money_arrive(page)
        seen["deposit"] = page.inner_text("main")
        for path in ("/", "/deposit/", "/settings/", "/kyc/"):
            page.goto(path)
            seen["widths"].append(page.evaluate("document.documentElement.scrollWidth"))
            seen[path] = page.inner_text("main")
            shot(page, f"newcomer-page{path.replace('/', '-')}")
        prove_identity(page, tmp_path)
        seen["handed_in"] = page.inner_text("main")
        seen["complaints"] = [said for said in page.complaints if "verbose" not in said]
        chromium.close()

    assert seen["complaints"] == []
    assert max(seen["widths"]) <= 390
    assert "Held" in seen["deposit"]
    assert "200.00" in seen["/"]
    assert "We are checking what you sent." in seen["handed_in"]
    nell = User.objects.get(email=EMAIL)
    assert second_factor.has_second_factor(nell)
    wallet = Wallet.objects.get(owner=nell)
    assert (wallet.available, wallet.held) == (Decimal(0), Decimal(200))
    hold = Hold.objects.get(wallet=wallet)
    assert [row.code for row in hold.conditions.all()] == ["kyc"]
    assert Case.objects.get(customer=nell).status == Case.Status.PENDING
