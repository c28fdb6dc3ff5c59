"""A mistaken transfer is taken back by maker and checker after its recipient has spent half of it.

In a real Chromium; what the recipient has not any more is covered by the reserve.
"""

import os
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from coinhub.core.actor import system
from coinhub.users import roles
from coinhub.users.models import User
from tests.conftest import gbp, make_customer, make_staff, use_second_factor, wallet_of
from tests.journeys.test_pages_browser import (  # noqa: F401  # a fixture
    CHROMIUM,
    FLAGS,
    note_failure,
    playwright,
    site,
)
from wallets.ledger import chart
from wallets.models import Transaction, Wallet
from wallets.services import payments, transfers

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.usefixtures("committed_db"),
]
SHOTS = os.environ.get("COINHUB_SHOTS", "")  # a folder for pictures to look at
REASON = "She meant her brother of the same name"
RESERVE = {"code": chart.RESERVE, "currency_id": "GBP"}


@pytest.fixture
def cast(committed_db: None) -> Any:
    """Ann has paid Ben by mistake, and Ben has paid half of it on; all before the browser."""
    payments.fund_house(code=chart.RESERVE, amount=gbp("500"), actor=system())
    ann, ben, shop = (make_customer(name) for name in ("ann", "ben", "shop"))
    purse = wallet_of(ann, funded="100.00")
    mistaken = transfers.transfer(
        payer=purse, payee=wallet_of(ben), amount=gbp("80.00"), actor=system()
    ).transaction
    transfers.transfer(
        payer=wallet_of(ben), payee=wallet_of(shop), amount=gbp("40.00"), actor=system()
    )
    staff = {name: make_staff(name, roles.OPERATIONS) for name in ("maker", "checker")}
    people = {"ann": ann, "ben": ben, **staff}
    return SimpleNamespace(
        ann=ann,
        ben=ben,
        shop=shop,
        mistaken=mistaken,
        reserve=Wallet.objects.get(**RESERVE).available,
        sessions={name: session_of(person) for name, person in people.items()},
    )


def session_of(person: User) -> str:
    client = Client()
    client.force_login(person)
    if person.is_staff:
        use_second_factor(client, person)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def available(person: User) -> Decimal:
    return Wallet.objects.get(owner=person, currency="GBP").available


def shot(page: Any, name: str) -> None:
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


def open_window(chromium: Any, address: str, session: str, width: int = 1400) -> Any:
    context = chromium.new_context(
        base_url=address, viewport={"width": width, "height": 900}, java_script_enabled=True
    )
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": address}])
    page = context.new_page()
    page.complaints = []
    page.on("console", lambda m: page.complaints.append(f"{m.type}: {m.text}"))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("requestfailed", lambda request: note_failure(page, request))
    return page


def propose(page: Any, mistaken: Transaction, seen: dict[str, Any]) -> None:
    """Find the payment, look at what a reversal would do, and propose it."""
    page.goto(f"/admin/wallets/transaction/?q={mistaken.public_id}")
    page.locator("#result_list a").first.click()
    page.click("a.office-deed:has-text('Reverse')")
    page.select_option("select[name$=shortfall_policy]", "platform_covers")
    page.select_option("select[name$=category]", "wrong_recipient")
    page.fill("[name$=reason]", REASON)
    page.click("text=Show what it would do")
    page.wait_for_selector("h2:has-text('What it would do now')")
    seen["simulated"] = page.inner_text("#content-main")
    shot(page, "reversal-simulated")
    page.click("button:has-text('Propose the reversal')")
    page.wait_for_selector("text=somebody else has to decide")
    seen["proposal"] = page.url
    seen["maker_may"] = page.locator("text=Approve and do it").count()
    shot(page, "reversal-proposed")


def approve(page: Any, address: str, seen: dict[str, Any]) -> None:
    """Read what will happen, and approve it by keyboard."""
    page.goto(address)
    seen["shown"] = page.inner_text("main")
    shot(page, "reversal-shown")
    page.locator("text=Approve and do it").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Approved and done")
    shot(page, "reversal-done")


def test_a_mistake_is_taken_back_after_half_of_it_was_spent(cast: Any, site: str) -> None:  # noqa: F811
    seen: dict[str, Any] = {"complaints": []}
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        pages = {
            name: open_window(chromium, site, session, 390 if name == "ben" else 1400)
            for name, session in cast.sessions.items()
        }
        propose(pages["maker"], cast.mistaken, seen)
        pages["ben"].goto("/")
        seen["ben_meanwhile"] = pages["ben"].inner_text("main")
        shot(pages["ben"], "reversal-ben")
        approve(pages["checker"], seen["proposal"], seen)
        pages["ann"].goto(f"/transactions/{cast.mistaken.public_id}/")
        seen["ann_reads"] = pages["ann"].inner_text("main")
        shot(pages["ann"], "reversal-ann")
        pages["checker"].goto(f"/admin/wallets/transaction/?q={cast.mistaken.public_id}")
        pages["checker"].locator("#result_list a").first.click()
        seen["story"] = pages["checker"].inner_text("main")
        shot(pages["checker"], "reversal-story")
        for page in pages.values():
            seen["complaints"] += page.complaints
        chromium.close()

    assert seen["complaints"] == []
    assert "40.00" in seen["simulated"]
    assert seen["maker_may"] == 0
    assert REASON in seen["shown"]
    assert "Short by" in seen["shown"]
    assert "40.00" in seen["ben_meanwhile"]
    assert "locked" in seen["ben_meanwhile"]
    assert "Reversed" in seen["ann_reads"]
    assert "Related transactions" in seen["story"].replace(
        "RELATED TRANSACTIONS", "Related transactions"
    )
    assert (available(cast.ann), available(cast.ben), available(cast.shop)) == (
        Decimal("100.00"),
        Decimal("0.00"),
        Decimal("40.00"),
    )
    assert Wallet.objects.get(**RESERVE).available == cast.reserve - Decimal("40.00")
    cast.mistaken.refresh_from_db()
    assert cast.mistaken.state == Transaction.State.REVERSED
