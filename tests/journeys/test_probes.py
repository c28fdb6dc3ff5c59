"""Nothing that somebody writes is ever taken for a script, wherever it is shown."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote, urljoin

import pytest
from django.contrib import admin
from django.core import mail
from django.db import connection, connections
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from coinhub.users.models import User
from kyc.services import notices
from tests.conftest import bare_database, use_second_factor
from tests.integrity.conftest import as_superuser, connected_to, drop, make_copy
from tests.journeys.probes import Office, Round, say_the_rest
from tests.journeys.scripts import MARK, PROBES, SHARES

pytestmark = pytest.mark.slow
SPECIAL = re.compile(r"[<>&'\"]")
LEADS = {"href", "src", "action", "formaction", "poster", "data", "xlink:href"}
NEVER = {"iframe", "object", "embed", "base", "applet", "frame"}
# Where a customer's pages lead, all of which must have been looked at.
ROUTES = {
    "overview", "wallets", "wallet", "wallet_csv", "transactions", "transaction", "send", "deposit",
    "withdraw", "destinations", "destination_add", "destination_remove", "kyc", "kyc_details",
    "settings", "settings_email", "settings_sessions", "settings_api_keys", "settings_api_key_new",
    "settings_confirmations", "settings_second_factor",
}  # fmt: skip
# The API's document; and what reads the keys of passkeys, which here have but a name.
NOT_HERE = ("/api/", "/accounts/2fa/webauthn/")
WORDY = (
    "/", "/transactions/", "/destinations/", "/settings/", "/settings/sessions/",
    "/settings/api-keys/",
)  # fmt: skip
# What is never anybody's words: codes, states, numbers, hashes, names of ours, and what is sealed.
FIXED = re.compile(
    r"(?:django_|auth_|coinhub_cache|account_emailconf|integrity_run).*"
    r"|.*\.(?:action|actor_kind|caller|code|codename|currency|currency_id|event|fee_mode|kind"
    r"|method|network|object_type|operation|outcome|purpose|rail|scope|state|status|type"
    r"|from_state|to_state|target_type|target_id|target_version|payload_sha256|transition_key)"
    r"|approvals_approval\.result|events_auditevent\.(?:before|object_id)"
    r"|events_outboxevent\.object_id|integrity_finding\.(?:check_name|figures|source)"
    r"|kyc_decision\.reason|kyc_details\.id_kind|kyc_document\.upload_type|mfa_authenticator\.type"
    r"|users_apikey\.hint|users_confirmation\.(?:command|facts|used_key)|users_ratewindow\.key"
    r"|users_user\.password|wallets_hold\.balance_type|wallets_posting\.balance_type"
    r"|wallets_idempotencykey\.response_body|wallets_journal\.metadata|wallets_limit\.name"
    r"|wallets_stop\.value|wallets_withdrawalattempt\.reference"
)
DEEDS = (
    "wallets_transaction_adjust", "wallets_freeze_engage", "wallets_stop_engage",
    "wallets_currency_add", "wallets_fee_add", "wallets_limit_add", "users_user_invite",
)  # fmt: skip
OURS = re.compile(r"/(?!/)|[?#.]|https?://|mailto:|data:image/|$")
NUMBER = re.compile(r"-?\d[\d.]*\Z")


class Reader(HTMLParser):
    """Reads a page as a browser does and notes where a probe would act."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.links: set[str] = set()
        self.raw = ""
        self.forms: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        self.raw = "" if said.get("type") == "application/json" else tag
        if MARK in tag or tag in NEVER or (tag == "meta" and said.get("http-equiv") == "refresh"):
            self.wrong.append(f"<{tag} {attrs}")
        for name, value in attrs:
            text = value or ""
            acts = name.startswith("on") or name in ("style", "srcdoc") or MARK in name
            leaves = name in LEADS and not re.match(
                r"/(?!/)|[?#]|https?://|mailto:|$|\.|data:image", text
            )
            if acts or leaves:
                self.wrong.append(f"<{tag} {name}={text!r}")
            if tag == "a" and name == "href":
                self.links.add(text)

        self._note_form(tag, said)

    def _note_form(self, tag: str, said: dict[str, str | None]) -> None:
        if tag == "form":
            self.forms.append((said.get("action") or "", {}))
        name, kind = said.get("name"), said.get("type") or "text"
        if not name or not self.forms or tag not in ("input", "textarea", "select"):
            return
        words = "\r\n".join(PROBES) if tag == "textarea" else " ".join(PROBES)
        self.forms[-1][1][name] = (said.get("value") or "") if kind == "hidden" else words

    def handle_endtag(self, tag: str) -> None:
        self.raw = ""

    def handle_data(self, data: str) -> None:
        if self.raw in ("script", "style") and MARK in data:
            self.wrong.append(f"<{self.raw}>{data[:80]}")


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    reader.wrong += [probe for probe in PROBES if SPECIAL.search(probe) and probe in text]
    if "49{%" in text or f"49{MARK}" in text:
        reader.wrong.append("a template was computed")
    return reader


@dataclass
class World:
    """Staff, a round for each share of the probes, and every letter that was sent meanwhile."""

    office: Office
    rounds: list[Round]
    letters: list[Any]
    drafting: User


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[Any]:
    """A database of its own in which every probe is in every field."""
    with django_db_blocker.unblock():
        name = f"{connections['owner'].settings_dict['NAME']}_probes"
        make_copy(bare_database(), name)
        try:
            with connected_to(name):
                mail.outbox = []
                office = Office()
                rounds = [Round(n, some, office) for n, some in enumerate(SHARES, 1)]
                office.stop(PROBES[0])
                office.find(PROBES[2])
                notices.tell_due()
                with as_superuser(name) as superuser:
                    say_the_rest(superuser)
                letters, drafting = list(mail.outbox), office.drafting(PROBES[1])
                yield World(office, rounds, letters, drafting)
        finally:
            drop(name)


def browser_of(person: Any) -> Client:
    client = Client(headers={"user-agent": PROBES[0]})
    client.force_login(person)
    use_second_factor(client, person)
    return client


def look(
    client: Client, address: str, seen: set[str], sent: dict[str, str] | None = None
) -> set[str]:
    """Open a page, judge it, and give the addresses it leads to."""
    answer = client.get(address) if sent is None else client.post(address, sent)
    assert answer.status_code < 500, address
    if answer.resolver_match:
        seen.add(answer.resolver_match.view_name)
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    kind = answer.headers.get("Content-Type", "")
    if kind.startswith("text/csv"):
        for row in csv.reader(io.StringIO(body.decode())):
            for cell in row:
                assert NUMBER.match(cell) or not re.match(r"[=+\-@\t\r]", cell), cell
    if not kind.startswith("text/html"):
        assert answer.headers.get("X-Content-Type-Options") == "nosniff", address
        return set()
    page = read(body.decode())
    assert not page.wrong, (address, page.wrong[:3])
    return {link.partition("#")[0] for link in page.links}


def test_there_are_at_least_forty() -> None:
    assert len(set(PROBES)) >= 40


def test_a_page_that_takes_one_for_markup_is_found() -> None:
    for probe in PROBES:
        if SPECIAL.search(probe):
            assert read(f"<p>{probe}</p>").wrong, probe
            assert read(f'<p title="{probe}">x</p>').wrong, probe
        assert not read(f'<p title="{escape(probe)}">{escape(probe)}</p>').wrong, probe
    for probe in ("javascript:pwned()", " data:text/html,pwned", "//pwned.example"):
        assert read(f'<a href="{probe}">x</a>').wrong, probe


def test_every_column_that_takes_words_holds_some(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.table_name, c.column_name FROM information_schema.columns c"
            " JOIN information_schema.tables t USING (table_schema, table_name)"
            " WHERE table_schema = 'public' AND t.table_type = 'BASE TABLE'"
            " AND data_type IN ('character varying', 'text', 'jsonb')"
        )
        columns, without = cursor.fetchall(), set()
        for table, column in columns:
            cursor.execute(
                f'SELECT 1 FROM "{table}" WHERE "{column}"::text LIKE %s LIMIT 1', [f"%{MARK}%"]
            )
            if cursor.fetchone() is None:
                without.add(f"{table}.{column}")
    assert {place for place in without if not FIXED.fullmatch(place)} == set()
    held = {f"{table}.{column}" for table, column in columns} - without
    assert {place for place in held if FIXED.fullmatch(place)} == set(), "takes words after all"


def test_no_page_of_a_customer_acts_on_it(world: World) -> None:
    seen: set[str] = set()
    for one in world.rounds[:1]:
        for person in (one.user, one.friend, *one.judged):
            walk(browser_of(person), "/", seen)
    for one in world.rounds[1:]:
        mine = browser_of(one.user)
        for address in (*WORDY, *one.pages()):
            look(mine, address, seen)
    walk(browser_of(world.drafting), "/kyc/details/", seen)
    for address in ("accounts/signup/", "accounts/login/", "accounts/password/reset/"):
        look(Client(), f"/{address}?next={quote(PROBES[0])}", seen)
    assert seen >= ROUTES


def test_no_page_of_the_back_office_acts_on_it(world: World) -> None:
    boss, kim = browser_of(world.office.boss), browser_of(world.office.reviewer)
    seen: set[str] = set()
    for model in admin.site._registry:
        listed = office_page(model, "changelist")
        for query in ("", f"?q={quote(PROBES[0])}", f"?q={quote(PROBES[-1])}&e=1"):
            look(boss, listed + query, seen)
        for row in model._default_manager.order_by("-pk")[:3]:
            leads = look(boss, page_of(row), seen)
            for way in (lead for lead in leads if lead.startswith(f"{listed}{row.pk}/")):
                look(boss, way, seen)
    for row in (row for one in world.rounds for row in one.rows[one.number % 2 :: 2]):
        look(kim if row._meta.app_label == "kyc" else boss, page_of(row), seen)
    for person in world.office.everybody():
        look(browser_of(person), "/admin/", seen)


def test_no_form_acts_on_it_when_it_is_shown_again(world: World) -> None:
    """Every form with all probes, and line ends, in every field; nothing breaks, either."""
    one, seen = world.rounds[0], set()
    customer, boss = browser_of(one.user), browser_of(world.office.boss)
    known: set[str] = set()
    walk(customer, "/", seen, known)
    for address in sorted(known):
        fill(customer, address)
    for row in one.rows:
        way = page_of(row)
        leads = {way} | look(boss, way, seen)
        for lead in (lead for lead in leads if lead.startswith(way.removesuffix("change/"))):
            fill(boss, lead)
    for deed in DEEDS:
        fill(boss, reverse(f"admin:{deed}"))
    fill(Client(), "/accounts/signup/")
    fill(Client(), "/accounts/login/")


def test_no_letter_acts_on_it(world: World) -> None:
    assert len(world.letters) > len(world.rounds)
    assert any(MARK in letter.body for letter in world.letters)
    for letter in world.letters:
        assert letter.content_subtype == "plain"
        assert not getattr(letter, "alternatives", [])
        assert not re.search(r"[\r\n]", letter.subject)
        assert MARK not in letter.subject
        assert all(value.isprintable() for value in letter.extra_headers.values())


def office_page(model: Any, page: str, *args: Any) -> str:
    meta = model._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_{page}", args=args)


def page_of(row: Any) -> str:
    return office_page(row, "change", row.pk)


def walk(client: Client, begin: str, seen: set[str], known: set[str] | None = None) -> None:
    """Follow every link on a customer's pages, once each."""
    known = set() if known is None else known
    known |= {begin}
    waiting = [begin]
    while waiting:
        leads = look(client, waiting.pop(), seen)
        new = {a for a in leads if a.startswith("/") and not a.startswith(NOT_HERE)} - known
        known |= new
        waiting += sorted(new)


def fill(client: Client, address: str) -> None:
    """Send each form of a page with all probes in every field that takes words."""
    answer = client.get(address)
    if answer.streaming or not answer.headers["Content-Type"].startswith("text/html"):
        return
    for action, sent in read(answer.content.decode()).forms:
        if "logout" not in action:
            look(client, urljoin(address, action), set(), sent)
