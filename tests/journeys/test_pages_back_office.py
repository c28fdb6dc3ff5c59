"""Operations in a real browser: a mistaken payment is undone after half of it was spent.

The maker sees first what it would do, the checker sees the same and approves by keyboard. The other
pages of the back office for money are walked on the way, on a desk and on a phone, light and dark.
"""

from types import SimpleNamespace
from typing import Any

import pytest

from coinhub.core.actor import system
from coinhub.users import roles
from tests.conftest import gbp, make_customer, make_staff, wallet_of
from tests.journeys.test_pages_browser import CHROMIUM, SCREENS, site
from tests.journeys.test_pages_four_eyes import office, picture, session_of
from tests.wallets.leaving import leaver, withdraw
from wallets.ledger import chart
from wallets.services import payments, transfers

__all__ = ["office", "site"]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.usefixtures("committed_db"),
]
WHY = "Alice typed the wrong e-mail and called us"


@pytest.fixture
def cast(committed_db: None) -> Any:
    """Alice paid Bob by mistake, and Bob spent half of it; Lea waits for her first withdrawal."""
    alice, bob, dave = (wallet_of(make_customer(name)) for name in ("alice", "bob", "dave"))
    payments.fund_house(code=chart.RESERVE, amount=gbp("500.00"), actor=system())
    payments.credit(payee=alice, amount=gbp("100.00"), actor=system())
    paid = transfers.transfer(payer=alice, payee=bob, amount=gbp("100.00"), actor=system())
    transfers.transfer(payer=bob, payee=dave, amount=gbp("50.00"), actor=system())
    leaving = withdraw(leaver(is_known=False), "100.00")
    people = {
        "maker": make_staff("mona-maker", roles.OPERATIONS),
        "checker": make_staff("chad-checker", roles.OPERATIONS),
    }
    return SimpleNamespace(
        alice=alice.pk,
        bob=bob.pk,
        email=alice.owner.email,
        paid=paid.transaction.pk,
        paid_id=str(paid.transaction.public_id),
        withdrawal=leaving.withdrawal.pk,
        sessions={name: session_of(person) for name, person in people.items()},
    )


def addresses(cast: Any) -> dict[str, str]:
    transaction, withdrawal = "/admin/wallets/transaction/", "/admin/wallets/withdrawal/"
    return {
        "index": "/admin/",
        "transactions": f"{transaction}?q={cast.email}",
        "story": f"{transaction}{cast.paid}/change/",
        "reverse": f"{transaction}{cast.paid}/reverse/",
        "refund": f"{transaction}{cast.paid}/refund/",
        "adjust": f"{transaction}adjust/",
        "queue": withdrawal,
        "withdrawal": f"{withdrawal}{cast.withdrawal}/change/",
        "reject": f"{withdrawal}{cast.withdrawal}/reject/",
        "stop": "/admin/wallets/stop/engage/",
        "freeze": "/admin/wallets/freeze/engage/",
    }


def test_every_page_fits_and_complains_of_nothing(office, cast):
    for scheme, size in SCREENS:
        page = office("maker", scheme, size)
        for name, address in addresses(cast).items():
            page.goto(address)
            picture(page, f"{scheme}-{size[0]}-{name}")
            if name not in ("transactions", "queue"):  # wide lists scroll in their own box
                assert page.evaluate("document.documentElement.scrollWidth") <= size[0], address
        assert page.complaints == []
        page.close()


def test_a_mistaken_payment_is_undone_by_two_after_half_was_spent(office, cast):
    maker = office("maker")
    maker.goto(f"/admin/wallets/transaction/?q={cast.paid_id}")
    maker.locator("#result_list a").first.click()
    maker.wait_for_selector("text=States")
    maker.locator(".object-tools a", has_text="Reverse").click()
    maker.wait_for_selector("text=What it would do now")
    shown = maker.inner_text("main").replace("\u00a0", " ")
    assert "50.00 GBP" in shown
    assert "refused: money is short" in shown
    maker.select_option("#id_shortfall_policy", "platform_covers")
    maker.select_option("#id_category", "wrong_recipient")
    maker.fill("#id_reason", WHY)
    maker.click("text=Propose the reversal")
    maker.wait_for_selector("text=somebody else has to decide")
    assert maker.locator("text=Approve and do it").count() == 0
    picture(maker, "proposal")

    checker = office("checker", "dark", (390, 844))
    checker.goto(maker.url)
    checker.wait_for_selector("text=What will happen")
    assert WHY in checker.inner_text("main")
    assert checker.evaluate("document.documentElement.scrollWidth") <= 390
    checker.locator("text=Approve and do it").focus()
    checker.keyboard.press("Enter")
    checker.wait_for_selector("text=Approved and done")
    checker.goto(f"/admin/wallets/transaction/{cast.paid}/change/")
    assert "reversed" in checker.inner_text("main")
    picture(checker, "reversed")
    assert maker.complaints == checker.complaints == []
    maker.context.close()
    checker.context.close()
