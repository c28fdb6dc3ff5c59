"""What is secret or personal is nowhere to be read: database, Valkey, logs, errors and letters."""

import base64
import io
import json
import logging
import os
import subprocess
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
import redis
from django.conf import settings
from django.core import mail
from django.db import connection, transaction
from django.test import Client

from coinhub.core.actor import Actor
from coinhub.users.models import User
from coinhub.users.services import confirmations, second_factor
from coinhub.users.services.proofs import Proof
from kyc.models import Document
from tests.api_client import Caller
from tests.conftest import make_customer, make_staff, use_second_factor, wallet_of
from tests.kyc.conftest import picture
from wallets.services import destinations
from wallets.services.destinations import Place

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("committed_db")]
PASSWORD, WRONG = "Canary-Sesame-81727", "Canary-Wrong-55120"
IBAN = "GB94BARC10201530093459"
SAID = {
    "full_name": "Zelda Canaryson",
    "birth_date": "1971-07-19",
    "street": "77 Canaryvale Road",
    "city": "Canarybourne",
    "postcode": "QX7 7CN",
    "country": "GB",
    "tax_id": "CNRY77551199",
    "id_kind": "passport",
    "tier": 2,
    "source_of_funds": "Sold a canarium in Leeds",
    "consent": True,
}
LINE_END = 'note\r\n{"event": "forged-by-canary", "level": "error"}'


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Collect what goes to the log, written as the log is."""
    (shown,) = [h for h in logging.getLogger().handlers if type(h) is logging.StreamHandler]
    kept = logging.StreamHandler(io.StringIO())
    kept.setFormatter(shown.formatter)
    logging.getLogger().addHandler(kept)
    yield kept.stream
    logging.getLogger().removeHandler(kept)


@pytest.fixture
def lived() -> Any:
    """A customer's life, over pages and API, with all that is secret in it."""
    user = make_customer("zelda", kyc="not_started")
    user.set_password(PASSWORD)
    user.save()
    mail.outbox = []
    secrets = [PASSWORD, WRONG, IBAN, *(str(SAID[name]) for name in SAID if name not in PLAIN)]
    browser = Client(headers={"user-agent": "tests"}, raise_request_exception=False)
    for word in (WRONG, PASSWORD):
        browser.post("/accounts/login/", {"login": user.email, "password": word})
    with transaction.atomic():
        totp = second_factor.enrol_totp(user)
        codes = second_factor.new_recovery_codes(user)
    secrets += [totp, *codes]
    api = Caller()
    asked = {"email": user.email, "password": PASSWORD, "otp": codes[0]}
    tokens = api.post("auth/token", asked, key=None).json()
    secrets += [tokens["access"], tokens["refresh"]]
    api.post("auth/token", asked | {"password": WRONG}, key=None)
    api.headers["Authorization"] = f"Bearer {tokens['access']}"
    assert api.post("kyc", SAID, key=None).status_code == 200
    api.post("kyc", SAID | {"tax_id": "CNRY77551199" * 9, "country": "QQ"}, key=None)
    hand_in(api)
    made = api.post("api-keys", {"label": "books", "scopes": ["read"]}, key=None).json()
    secrets.append(made["key"])
    withdraw(user, codes[1:3])
    forge(api, user)
    return SimpleNamespace(user=user, secrets=secrets)


PLAIN = ("country", "id_kind", "tier", "consent")


def hand_in(api: Caller) -> None:
    file = io.BytesIO(picture(text="canary"))
    file.name = "canaryson-passport.jpg"
    sent = {"kind": "id_front", "file": file}
    answer = api.client.post("/api/v1/kyc/documents", sent, headers=api.headers)
    assert answer.status_code == 201, answer.content
    assert Document.objects.filter(pk=answer.json()["id"]).exists()


def withdraw(user: User, codes: list[str]) -> None:
    """Add an address, ask for money to go there, and let staff look at it and refuse."""
    place = Place("Bank", "GBP", "iban", IBAN, is_own=True)
    mine = Actor(kind="customer", user_id=user.pk, request_id="canary")
    try:
        destinations.add(customer=user, wanted=place, confirmation_id=None, actor=mine)
    except confirmations.StepUpRequired as needed:
        challenge = needed.members["challenge_id"]
    confirmations.confirm(user=user, challenge_id=challenge, proof=Proof(codes[0]), actor=mine)
    destinations.add(customer=user, wanted=place, confirmation_id=challenge, actor=mine)
    wallet_of(user, funded="50.00")
    staff = make_staff("mia", "operations")
    office = Client()
    office.force_login(staff)
    use_second_factor(office, staff)
    for name in ("users_user", "wallets_destination", "kyc_case"):
        way = f"/admin/{name.replace('_', '/')}/?q={user.email}"
        assert office.get(way).status_code == 200


def forge(api: Caller, user: User) -> None:
    """Send line ends wherever somebody may write."""
    api.client.get("/nowhere/%0d%0a%7b%22event%22:%22forged-by-canary%22%7d/")
    api.client.get("/", headers={"user-agent": "x\ny"}, QUERY_STRING="a=%0d%0aforged-by-canary")
    body = {"to": LINE_END, "amount": LINE_END, "currency": "GBP", "note": LINE_END}
    api.post("transfer", body)
    api.post("transfer", {"to": user.email, "amount": "1.00", "currency": "GBP", "note": LINE_END})
    api.post("deposit", {"amount": "1.00", "currency": "GBP", "external_ref": LINE_END})
    api.post("api-keys", {"label": LINE_END, "scopes": [LINE_END]}, key=None)
    api.post("kyc", SAID | {"full_name": LINE_END}, key=None)
    api.client.post("/accounts/login/", {"login": LINE_END, "password": LINE_END})
    told = [{"type": "csp-violation", "body": {"blockedURL": LINE_END, "documentURL": LINE_END}}]
    api.client.post("/policy-reports", json.dumps(told), content_type="application/reports+json")
    for name in ("X-Request-Id", "Referer", "Origin", "Idempotency-Key", "Authorization"):
        api.client.get("/api/v1/me", headers={name: LINE_END})


def forms_of(word: str) -> list[bytes]:
    """Write a word in the ways in which it might be found again."""
    plain, wide = word.encode(), word.encode("utf-16-le")
    whole = [base64.b64encode(one)[: len(one) // 3 * 4] for one in (plain, wide)]
    return [plain, wide, *whole, plain.hex().encode(), wide.hex().encode()]


def found_in(text: bytes, secrets: list[str]) -> list[str]:
    low = text.lower()
    return [word for word in secrets if any(one.lower() in low for one in forms_of(word))]


def test_nothing_secret_is_in_the_log_and_no_line_is_forged(lines, lived) -> None:
    logged = lines.getvalue()
    assert found_in(logged.encode(), lived.secrets) == []
    assert "canaryson" not in logged.lower()
    entries = [json.loads(line) for line in logged.splitlines()]
    assert len(entries) > 5
    assert all(entry["event"] != "forged-by-canary" for entry in entries)
    assert any("forged-by-canary" in entry["event"] for entry in entries), "the probe arrived"


def test_nothing_secret_is_in_the_database_or_valkey(lived) -> None:
    assert len(set(lived.secrets)) >= 20
    valkey = redis.Redis.from_url(settings.VALKEY_URL)
    held = b"".join(key + (valkey.dump(key) or b"") for key in valkey.scan_iter())
    assert found_in(held, lived.secrets) == []
    programs = os.environ.get("COINHUB_PGBIN")
    if not programs:
        pytest.skip("COINHUB_PGBIN is not set: the embedded server's own programs are needed")
    address = urlsplit(os.environ["DATABASE_ADMIN_URL"])
    name = f"/{connection.settings_dict['NAME']}"
    dump = subprocess.run(
        [f"{programs}/pg_dump", "--data-only", "--dbname", address._replace(path=name).geturl()],
        capture_output=True, check=True, timeout=120,
    ).stdout  # fmt: skip
    assert str(lived.user.pk).encode() in dump
    assert found_in(dump, lived.secrets) == []


def test_nothing_secret_is_in_a_letter(lived) -> None:
    letters = b"".join(letter.message().as_bytes() for letter in mail.outbox)
    assert letters
    assert found_in(letters, lived.secrets) == []


def test_a_word_is_found_in_each_of_its_forms() -> None:
    for one in forms_of(PASSWORD):
        assert found_in(b"before " + one + b" after", [PASSWORD]) == [PASSWORD]
