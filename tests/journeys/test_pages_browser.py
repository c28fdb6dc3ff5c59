"""Pages in a real Chromium: the strict policy holds, nothing scrolls sideways, scripts help.

Skipped where playwright (requirements-dev) or Chromium is not installed.
"""

import shutil
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application

from tests.conftest import PASSWORD, gbp, make_customer, wallet_of
from wallets.services import holds, payments

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.usefixtures("committed_db"),
]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SCREENS = [
    (scheme, size) for scheme in ("light", "dark") for size in ((390, 844), (1400, 900))
]  # fmt: skip


class Quiet(WSGIRequestHandler):
    """Answers requests without a line for each."""

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def site(committed_db: None) -> Iterator[str]:
    """Serve the site on a free port."""
    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    server.set_app(get_wsgi_application())
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join(10)


@pytest.fixture
def people(committed_db: None) -> tuple[str, str]:
    """Alice with a long history and a hold, and Bob; all made before the browser starts."""
    alice, bob = make_customer("alice"), make_customer("bob")
    purse = wallet_of(alice, funded="1000")
    wallet_of(alice, "ETH", funded="10.000000000000000001")
    for _ in range(30):
        payments.debit(payer=purse, amount=gbp("1"), actor=_system(), reference="Small change")
    holds.place_hold(
        payer=purse, payee=wallet_of(bob), amount=gbp("40"), purpose="card_auth", actor=_system()
    )
    return alice.email or "", bob.email or ""


def _system() -> Any:
    from coinhub.core.actor import system

    return system("browser")


@pytest.fixture
def open_browser(site: str, people: tuple[str, str]) -> Iterator[Callable[..., Any]]:
    """Open a window in which Alice has signed in; what the console complains of is collected."""
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)

        def window(scheme: str = "light", size: tuple[int, int] = (1400, 900)) -> Any:
            page = chromium.new_page(
                base_url=site,
                color_scheme=scheme,
                viewport={"width": size[0], "height": size[1]},
            )
            page.complaints = []
            page.on("console", lambda m: page.complaints.append(f"{m.type}: {m.text}"))
            page.on("pageerror", lambda error: page.complaints.append(str(error)))
            page.on("requestfailed", lambda request: note_failure(page, request))
            page.goto("/accounts/login/")
            page.fill("input[name=login]", people[0])
            page.fill("input[name=password]", PASSWORD)
            page.click("main button[type=submit]")
            page.wait_for_selector("h1:has-text('Hello')")
            return page

        yield window
        chromium.close()


def note_failure(page: Any, request: Any) -> None:
    """Note a request that failed; one that a new page cut short is no failure."""
    if request.failure != "net::ERR_ABORTED":
        page.complaints.append(f"{request.failure}: {request.url}")


def test_every_page_keeps_the_policy_and_never_scrolls_sideways(open_browser):
    for scheme, size in SCREENS:
        page = open_browser(scheme, size)
        for address in ("/", "/send/", "/transactions/", "/nowhere/", "/wallets/"):
            page.goto(address)
            assert page.evaluate("document.documentElement.scrollWidth") <= size[0], address
            assert page.evaluate("document.documentElement.dataset.bsTheme") == scheme
        page.locator("main .row-link").first.click()
        page.wait_for_selector("table")
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
        assert [c for c in page.complaints if "404" not in c] == []
        page.close()


def test_a_payment_by_hand_and_by_keyboard(open_browser, people):
    page = open_browser()
    page.goto("/send/")
    page.fill("input[name=to]", people[1])
    page.fill("input[name=amount]", "25.50")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('Is this right?')")
    page.dblclick("button[value=pay]")
    page.wait_for_selector(f"h1:has-text('Sent to {people[1]}')")
    page.goto("/transactions/")
    assert page.locator(".entry:has-text('25.50')").count() == 1
    assert page.complaints == []


def test_older_rows_are_added_below_without_leaving_the_page(open_browser):
    page = open_browser()
    page.goto("/transactions/")
    before = page.locator("#rows > li").count()
    page.click("#older")
    page.locator("#rows > li").nth(before).wait_for()  # the policy forbids eval
    assert page.locator("#older").count() == 0
    assert page.url.endswith("/transactions/")
    links = page.eval_on_selector_all("#rows .row-link", "all => all.map(a => a.href)")
    assert len(links) == len(set(links)) == 33
    assert page.complaints == []


def test_the_theme_that_was_chosen_stays(open_browser):
    page = open_browser("light")
    page.click(".side [data-theme-toggle]")
    page.goto("/wallets/")
    assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"
    assert page.inner_text(".side [data-theme-label]") == "Light theme"


def test_the_skip_link_is_the_first_stop_and_leads_to_the_content(open_browser):
    page = open_browser()
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
