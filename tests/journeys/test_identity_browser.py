"""Carol proves who she is and Kim reviews it, both in a real Chromium without a word of script."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.servers.basehttp import ThreadedWSGIServer
from django.core.wsgi import get_wsgi_application

from coinhub.users.models import User
from tests.conftest import make_customer, make_staff, wallet_of
from tests.journeys.test_pages_browser import FLAGS, Quiet
from tests.kyc.conftest import picture

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.usefixtures("committed_db"),
]
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1400, "height": 1000}
DETAILS = {
    "full_name": "Carol Canary",
    "birth_date": "1990-04-01",
    "street": "1 Canary Wharf",
    "city": "London",
    "postcode": "E14 5AB",
    "tax_id": "QQ123456C",
}


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
def people(committed_db: None, signed_in: Any) -> dict[str, tuple[User, str]]:
    """Carol and Kim with a session each, made before the browser starts."""
    found = {}
    for person in (make_customer("carol", kyc="not_started"), make_staff("kim", "kyc")):
        client = signed_in(person)
        User.objects.filter(pk=person.pk).update(name="Kim Case" if person.is_staff else "Carol")
        if not person.is_staff:
            wallet_of(person, funded="500.00")
        found["kim" if person.is_staff else "carol"] = (person, client.cookies["sessionid"].value)
    return found


class Person:
    """Somebody with a browser of their own; scripts are off, so nothing can depend on them."""

    def __init__(self, browser: Any, site: str, session: str, screen: Any, scheme: str) -> None:
        self.site = site
        self.context = browser.new_context(
            viewport=screen, java_script_enabled=False, color_scheme=scheme
        )
        self.context.add_cookies([{"name": "sessionid", "value": session, "url": site}])
        self.page = self.context.new_page()
        self.problems: list[str] = []
        self.page.on("console", lambda said: self.problems.append(said.text))
        self.page.on("request", self.note_outside)

    def note_outside(self, request: Any) -> None:
        """Note what is asked of anybody else."""
        if not request.url.startswith(self.site):
            self.problems.append(request.url)

    def go(self, path: str) -> None:
        """Open a page."""
        self.page.goto(self.site + path)

    def reads(self, words: str) -> None:
        """See words on the page."""
        seen = " ".join(self.page.inner_text("body").split())  # spaces of every kind
        assert words in seen, seen

    def press(self, name: str) -> None:
        """Press a button with the keyboard."""
        button = self.page.get_by_role("button", name=name).first
        button.focus()
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def fits(self) -> None:
        """See that nothing sticks out sideways and every picture is there."""
        wide = self.page.locator("body").bounding_box()["width"]
        assert wide <= self.page.viewport_size["width"]
        self.page.wait_for_load_state("networkidle")
        assert self.problems == []


def choose(person: Person, kind: str, text: str, folder: Path) -> None:
    """Send a picture with the form of its card."""
    path = folder / f"{kind}.jpg"
    path.write_bytes(picture(size=(1600, 1050), text=text))
    person.page.set_input_files(f"#file-{kind}", str(path))
    with person.page.expect_navigation():
        person.page.locator(f"#{kind} button[type=submit]").click()


def fill(person: Person) -> None:
    """Give the details."""
    person.go("/kyc/")
    person.page.get_by_role("link", name="Begin").click()
    for name, value in DETAILS.items():
        person.page.fill(f"[name={name}]", value)
    person.page.select_option("[name=country]", "GB")
    person.page.check("[name=consent]")
    person.fits()
    person.press("Save and go on")


@pytest.fixture
def cast(site: str, people: dict[str, tuple[User, str]]) -> Iterator[dict[str, Person]]:
    """Carol on a phone in the dark, Kim at a desk."""
    with playwright.sync_playwright() as program:
        browser = program.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield {
            "carol": Person(browser, site, people["carol"][1], PHONE, "dark"),
            "kim": Person(browser, site, people["kim"][1], DESK, "light"),
        }
        browser.close()


def test_carol_sends_documents_kim_wants_a_better_one_and_approves(cast, people, tmp_path):
    carol, kim = cast["carol"], cast["kim"]
    carol.go("/send/?to=bob@example.com")
    carol.reads("0.00 GBP available")
    fill(carol)
    choose(carol, "id_front", "PASSPORT, blurred", tmp_path)
    choose(carol, "selfie", "Carol", tmp_path)
    carol.fits()
    carol.press("Send it off")
    carol.reads("We are checking what you sent.")

    kim.go("/admin/kyc/case/?q=" + people["carol"][0].email)
    kim.page.get_by_role("link", name=people["carol"][0].email).click()
    kim.press("Take this case")
    kim.reads("Carol Canary")
    assert kim.page.locator(".review-papers img").count() == 2
    kim.fits()
    kim.page.locator("select[name^=reason-]").first.select_option("blurry")
    kim.press("Ask for those with a reason again")

    carol.go("/kyc/")
    carol.reads("We need 1 document again.")
    carol.reads("The picture is blurred.")
    carol.fits()
    choose(carol, "id_front", "PASSPORT, sharp", tmp_path)
    carol.press("Send it off")

    kim.page.reload()
    kim.press("Take this case")
    kim.press("Approve")
    kim.reads("What was held for the identity is released.")
    carol.go("/send/?to=bob@example.com")
    carol.reads("500.00 GBP available")
    carol.go("/kyc/")
    carol.reads("Your identity is verified.")
    carol.reads("Kim Case looked at identity document, front")
    carol.fits()
