"""Every page as its reader meets it: on a desk in light and on a phone in the dark.

Each is judged by axe-core, keeps the strict policy, writes nothing to the console and never scrolls
sideways. The pages of the back office are taken from the register of its models, so that a new one
is looked at without being listed here.
"""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib import admin
from django.urls import NoReverseMatch, reverse

from coinhub.core.actor import system
from coinhub.users import roles
from coinhub.users.models import User
from integrity.services import check
from kyc.services import demo as specimens
from tests.api_client import Caller
from tests.conftest import gbp, make_customer, make_staff, wallet_of
from tests.journeys.test_pages_browser import CHROMIUM, FLAGS, note_failure, playwright, site
from tests.journeys.test_pages_four_eyes import picture, session_of
from tests.kyc.conftest import by
from tests.wallets.leaving import leaver, withdraw
from wallets.ledger import chart
from wallets.services import freezes, holds, payments, transfers

axe = pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")
AXE = (Path(axe.__file__).parent / "axe.min.js").read_text()
JUDGE = """axe.run(document, {resultTypes: ['violations']}).then(found => found.violations.map(
    one => one.id + ': ' + one.nodes.map(node => node.target.join(' ')).slice(0, 3).join(', ')))"""
WINDOWS = (("light", (1280, 900)), ("dark", (390, 844)))
OPEN_TO_ALL = (
    "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/",
    "/accounts/password/reset/done/", "/accounts/password/reset/key/1-x/",
    "/accounts/confirm-email/", "/accounts/confirm-email/x/", "/accounts/inactive/",
    "/sandbox/mail/", "/api/docs/errors",
)  # fmt: skip
OF_A_CUSTOMER = (
    "/", "/wallets/", "/send/", "/deposit/", "/withdraw/", "/destinations/", "/destinations/add/",
    "/transactions/", "/transactions/?type=deposit&begin=2026-01-01", "/transactions/?q=nowhere",
    "/kyc/", "/settings/", "/settings/email/", "/accounts/password/change/",
    "/settings/second-factor/", "/settings/sessions/", "/settings/api-keys/",
    "/settings/api-keys/new/", "/settings/confirmations/", "/settings/looks/", "/accounts/logout/",
)  # fmt: skip
OF_SOMEBODY_NEW = ("/", "/wallets/", "/send/", "/withdraw/", "/transactions/", "/kyc/",
                   "/kyc/details/", "/destinations/")  # fmt: skip
REFUSED = ("/nowhere/", "/transactions/00000000-0000-7000-8000-000000000000/",
           "/transactions/?begin=never")  # fmt: skip
NO_PAGES = {"auth_group"}  # roles have rights and nothing else: their page is Django's own widget

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.usefixtures("committed_db"),
]
__all__ = ["site"]


@pytest.fixture
def cast(committed_db: None) -> Any:
    """A customer to whom everything happened, somebody new, and one who may see all of it."""
    lea = leaver("1000.00", is_known=False)
    purse = wallet_of(lea)
    wallet_of(lea, "ETH", funded="10.000000000000000001")
    friend = make_customer("bob")
    bob = wallet_of(friend, funded="100")
    body = {"to": lea.email, "amount": "1.00", "currency": "GBP"}
    assert Caller(friend).post("transfer", body, key="W" * 64).status_code == 201  # a wide list
    payments.fund_house(code=chart.RESERVE, amount=gbp("50.00"), actor=system())
    leaving = withdraw(lea, "120.00")
    holds.place_hold(payer=purse, payee=bob, amount=gbp("40"), purpose="card_auth", actor=system())
    got = transfers.transfer(payer=bob, payee=purse, amount=gbp("10.00"), actor=system())
    carol = make_customer("carol", kyc="not_started")
    specimens.hand_in(customer=carol, actor=by(carol))
    boss = make_staff("boss", roles.OPERATIONS, roles.KYC, roles.AUDITOR)
    freezes.freeze(
        customer_id=make_customer("fred").pk, kind="full", reason="A test of pages", actor=system()
    )
    check.check(actor=system(), trigger="manual")
    return SimpleNamespace(
        sessions={
            "lea": session_of(lea),
            "new": session_of(make_customer("new", kyc="not_started")),
            "carol": session_of(carol),
            "boss": session_of(boss),
        },
        lea=[
            f"/wallets/{purse.public_id}/",
            *(f"/transactions/{one}/" for one in (leaving.public_id, got.transaction.public_id)),
            f"/transactions/{got.transaction.public_id}/refund/",
        ],
        boss=office_addresses(boss),
    )


def office_addresses(reader: User) -> list[str]:
    """List the first page, each list, the newest record of each and what can be done from both."""
    found = ["/admin/", "/admin/look-reason/"]
    for model, pages in admin.site._registry.items():
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        found.append(reverse(f"admin:{name}_changelist"))
        for deed in getattr(pages, "list_deeds", ()):
            if reader.has_perm(deed.permission):
                found.append(reverse(f"admin:{name}_{deed.verb}"))
        row = model._default_manager.order_by("-pk").first()
        if row is None or name in NO_PAGES:
            continue
        found.append(reverse(f"admin:{name}_change", args=[row.pk]))
        for deed in getattr(pages, "deeds", ()):
            if reader.has_perm(deed.permission) and deed.fits(row):
                try:
                    found.append(reverse(f"admin:{name}_{deed.verb}", args=[row.pk]))
                except NoReverseMatch:  # it stands on the record's own page
                    continue
    return found


@pytest.fixture
def look_at(site: str, cast: Any) -> Iterator[Any]:
    """Open pages as somebody and give what is wrong with each."""
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)

        def look(who: str, addresses: Any, status: tuple[int, ...] = (200,)) -> dict[str, Any]:
            context = chromium.new_context(base_url=site, reduced_motion="reduce")
            if who:
                cookie = {"name": "sessionid", "value": cast.sessions[who], "url": site}
                context.add_cookies([cookie])
            page = context.new_page()
            page.complaints = []
            page.on("console", lambda m: note_complaint(page, m))
            page.on("pageerror", lambda error: page.complaints.append(str(error)))
            page.on("requestfailed", lambda one: note_failure(page, one))
            found = {one: faults(page, one, status) for one in addresses}
            context.close()
            return {address: wrong for address, wrong in found.items() if wrong}

        yield look
        chromium.close()


def note_complaint(page: Any, message: Any) -> None:
    """Note what a page writes to the console; an answer that refuses is no fault of the page."""
    told = message.type in ("error", "warning") and "status of 40" not in message.text
    if told and "does not conform to the required format" not in message.text:
        page.complaints.append(message.text)


def faults(page: Any, address: str, status: tuple[int, ...]) -> list[str]:
    """Open a page and list what is wrong with it in either window."""
    page.complaints.clear()
    answer = page.goto(address)
    found = [] if answer.status in status else [f"status {answer.status}"]
    found += page.complaints  # before axe, which tries an inline style of its own
    page.evaluate(AXE)
    for scheme, (width, height) in WINDOWS:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": height})
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"{scheme}, {width}: scrolls sideways")
        found += [f"{scheme}, {width}: {one}" for one in page.evaluate(JUDGE)]
        picture(page, f"{address.strip('/').replace('/', '_')[:60]}-{scheme}")
    return found


def test_pages_that_are_open_to_all(look_at):
    assert look_at("", OPEN_TO_ALL) == {}


def test_pages_of_a_customer(look_at, cast):
    assert look_at("lea", [*OF_A_CUSTOMER, *cast.lea]) == {}
    assert look_at("lea", REFUSED, (400, 403, 404)) == {}


def test_pages_of_somebody_new_and_of_one_who_waits(look_at):
    assert look_at("new", OF_SOMEBODY_NEW) == {}
    assert look_at("carol", ("/", "/kyc/")) == {}


def test_pages_of_the_back_office(look_at, cast):
    assert len(cast.boss) > 40
    assert look_at("boss", cast.boss) == {}
