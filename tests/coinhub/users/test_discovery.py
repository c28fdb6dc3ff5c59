"""Nobody finds out who has an account: the answers, the work and the time are alike.

``COINHUB_TEST_PAIRS=500`` compares as many pairs as one wants to be sure of the time.
"""

import os
import statistics
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import hashers
from django.core import mail
from django.test import Client

from coinhub import account_settings
from tests.api_client import Caller
from tests.conftest import make_customer

pytestmark = pytest.mark.usefixtures("committed_db")
PAIRS = int(os.environ.get("COINHUB_TEST_PAIRS", "12"))
MOST_MS = 10.0  # what the medians may differ by
WRONG = "not-the-password-at-all"
Flow = Callable[[str], Any]


def page_sign_in(email: str) -> Any:
    return Client().post("/accounts/login/", {"login": email, "password": WRONG})


def api_sign_in(email: str) -> Any:
    return Caller().client.post(
        "/api/v1/auth/token",
        {"email": email, "password": WRONG},
        content_type="application/json",
    )


def sign_up(email: str) -> Any:
    sent = {"email": email, "password1": WRONG, "password2": WRONG}
    return Client().post("/accounts/signup/", sent)


def reset(email: str) -> Any:
    return Client().post("/accounts/password/reset/", {"email": email})


FLOWS = [page_sign_in, api_sign_in, sign_up, reset]
EVENED = (sign_up, reset)  # take a whole number of ``EVEN_ANSWER_S``, see coinhub/users/web/even


@pytest.fixture(autouse=True)
def _as_it_is_run(settings):
    settings.PASSWORD_HASHERS = account_settings.PASSWORD_HASHERS


def emails() -> tuple[str, str]:
    """Give an e-mail that has an account and one of the same form that has none."""
    return make_customer("known").email or "", f"nobody-{time.monotonic_ns()}@example.com"


def bare(answer: Any, email: str) -> tuple[Any, ...]:
    """Give what somebody sees of an answer, without what differs from request to request."""
    names = sorted(name for name in answer.headers if name not in ("X-Request-Id",))
    body = answer.content.decode().replace(email, "EMAIL")
    return answer.status_code, answer.headers.get("Location"), names, len(body.splitlines())


class Hashes:
    """Counts how often a password is hashed for real."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        plain = hashers.Argon2PasswordHasher.encode
        verify = hashers.Argon2PasswordHasher.verify

        def encode(*args: Any, **kwargs: Any) -> Any:
            self.count += 1
            return plain(*args, **kwargs)

        def checked(*args: Any, **kwargs: Any) -> Any:
            self.count += 1
            return verify(*args, **kwargs)

        monkeypatch.setattr(hashers.Argon2PasswordHasher, "encode", encode)
        monkeypatch.setattr(hashers.Argon2PasswordHasher, "verify", checked)

    def taken(self) -> int:
        count, self.count = self.count, 0
        return count


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.__name__)
class TestKnownAndUnknown:
    def test_look_alike_hash_alike_and_get_one_mail_alike(self, flow: Flow, monkeypatch):
        for email in emails():  # what is loaded once is loaded now
            flow(email)
        hashes, seen = Hashes(monkeypatch), []
        for email in emails():
            mail.outbox.clear()
            hashes.taken()
            answer = flow(email)
            seen.append((bare(answer, email), hashes.taken(), [len(m.to) for m in mail.outbox]))
        assert seen[0] == seen[1]
        assert seen[0][0][0] < 500

    def test_take_as_long(self, flow: Flow, settings, capsys):
        """Pairs one after the other, in turn first: what disturbs one disturbs the other."""
        settings.EVEN_ANSWER_S = 0.0  # the work itself, before it is evened out
        wall, cpu = [], []
        for number in range(PAIRS):
            known, unknown = emails()
            took = {}
            for email in (known, unknown) if number % 2 else (unknown, known):
                begun = time.perf_counter(), time.thread_time()
                flow(email)
                took[email] = time.perf_counter() - begun[0], time.thread_time() - begun[1]
            wall.append((took[known][0] - took[unknown][0]) * 1000)
            cpu.append((took[known][1] - took[unknown][1]) * 1000)
        middle = {"wall": statistics.median(wall), "cpu": statistics.median(cpu)}
        with capsys.disabled():
            print(f"\n{flow.__name__}: known - unknown in ms, {PAIRS} pairs: {middle}")  # noqa: T201
        assert abs(middle["cpu"]) < MOST_MS or flow in EVENED
