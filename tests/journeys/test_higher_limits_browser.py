"""Carol, verified, asks for higher limits; Kim reviews it: in a real Chromium without a script."""

import os
from pathlib import Path
from typing import Any

import pytest

from coinhub.users.models import User
from kyc.services import cases, decisions
from tests.journeys.test_identity_browser import (
    PHONE,
    Person,
    cast,
    choose,
    people,
    pytestmark,
    site,
)
from tests.kyc.conftest import by, fill_in

__all__ = ["cast", "people", "pytestmark", "site"]


def keep(person: Person, name: str) -> None:
    """Keep a picture of the page where somebody wants to look at them."""
    folder = os.environ.get("COINHUB_SCREENSHOTS")
    if folder:
        person.page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


@pytest.fixture
def verified(people: dict[str, tuple[User, Any]]) -> str:
    """Let Carol have tier 1 before the browser starts; gives her e-mail."""
    customer, reviewer = people["carol"][0], people["kim"][0]
    fill_in(customer)
    cases.submit(customer_id=customer.pk, actor=by(customer))
    decisions.approve(customer_id=customer.pk, actor=by(reviewer))
    return customer.email


def ask(carol: Person, folder: Path) -> None:
    """Say where the money comes from, show the papers and send it off."""
    carol.go("/kyc/")
    carol.fits()
    keep(carol, "1-verified")
    carol.page.get_by_role("link", name="Ask for higher limits").click()
    carol.page.fill("[name=source_of_funds]", "Wages of the Canary Works")
    carol.fits()
    keep(carol, "2-money")
    carol.press("Save and go on")
    carol.reads("Your identity is verified; you are asking for higher limits.")
    carol.fits()
    keep(carol, "3-documents")
    for kind in ("proof_of_address", "tax_id"):
        choose(carol, kind, kind, folder)
    carol.press("Send it off")
    carol.reads("you can use your money as before")
    carol.fits()
    keep(carol, "4-sent")


def review(kim: Person, email: str) -> None:
    """Look with a reason, take the case, propose; look at it on a phone in the dark."""
    kim.go("/admin/kyc/case/")
    kim.page.get_by_role("link", name=email).click()
    kim.page.get_by_text("Look at details and documents").click()
    keep(kim, "5-why")
    kim.page.select_option("#look-reason", "support")
    kim.press("Look")
    kim.reads("Wages of the Canary Works")
    kim.press("Take this case")
    kim.reads("The customer has tier 1 and asks for tier 2")
    kim.fits()
    keep(kim, "6-review")
    kim.page.fill("#approve-note", "all papers fit together")
    kim.press("Approve")
    kim.reads("A second person has to approve tier 2.")
    kim.page.set_viewport_size(PHONE)
    kim.page.emulate_media(color_scheme="dark")
    kim.page.reload()
    kim.fits()
    keep(kim, "7-review-phone")


def test_carol_asks_for_higher_limits_and_keeps_what_she_has(
    verified: str, cast: dict[str, Person], tmp_path: Path
) -> None:
    carol, kim = cast["carol"], cast["kim"]
    ask(carol, tmp_path)
    carol.go("/send/?to=bob@example.com")
    carol.reads("500.00 GBP available")
    review(kim, verified)
    carol.go("/send/?to=bob@example.com")
    carol.reads("500.00 GBP available")
    carol.go("/kyc/")
    carol.reads("looked at personal details to help with a question of yours")
    carol.fits()
    keep(carol, "8-looks")
