"""Valkey stopped, emptied and killed under payments: nothing is booked twice, nothing lost."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
import redis

from coinhub.cli.environment import PROJECT
from coinhub.drills.storm_client import IN_PROGRESS, Met, Order, ask
from tests.coinhub.cli.test_up import Installation, started

pytestmark = pytest.mark.slow
PAYMENTS = 12
AMOUNT = Decimal("0.50")
PASSING = {IN_PROGRESS, "TRY_AGAIN"}
STOPPED_S = 3
FAULTS = ("emptied", "stopped", "killed")


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    """Give a sandbox with the demo people, without the limits of a caller."""
    with started({"COINHUB_RATE_LIMITS": "off"}) as made:
        yield made


@pytest.fixture(scope="module")
def headers(installation: Installation) -> dict[str, str]:
    """Sign Alice in."""
    code = subprocess.run(
        [sys.executable, "-m", "coinhub", "demo-code", "alice@example.com"],
        env={**installation.environment, "COINHUB_STATE_DIR": str(installation.state)},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    body = {"email": "alice@example.com", "password": "coinhub-demo-only", "otp": code}
    met = ask(installation.base_url, Order("/api/v1/auth/token", body, {}))
    return {"Authorization": f"Bearer {json.loads(met.body)['access']}"}


def read(made: Installation, headers: dict[str, str], path: str) -> Any:
    request = urllib.request.Request(f"{made.base_url}/api/v1/{path}", headers=headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def standing(made: Installation, headers: dict[str, str]) -> tuple[Decimal, Decimal]:
    """Give what Alice has in pounds, and how many payments count into her limit."""
    wallets = read(made, headers, "wallets")["results"]
    (pounds,) = [row for row in wallets if row["currency"] == "GBP"]
    used = read(made, headers, "me")["limits"]["payments_1h"]["used"]
    return Decimal(pounds["total"]), Decimal(used)


def pay(made: Installation, headers: dict[str, str], key: str) -> list[Met]:
    """Pay, and send the same again until there is a final answer."""
    body = {"to": "bob@example.com", "amount": str(AMOUNT), "currency": "GBP"}
    order = Order("/api/v1/transfer", body, {**headers, "Idempotency-Key": key})
    answers = [ask(made.base_url, order)]
    while answers[-1].code in PASSING and len(answers) < 60:
        time.sleep(0.5)
        answers.append(ask(made.base_url, order))
    return answers


def fault(made: Installation, name: str) -> Callable[[], None]:
    """Give what is done to Valkey."""
    lines = made.run("env").stdout.splitlines()
    address = dict(line.split("=", 1) for line in lines)["VALKEY_URL"]
    pid = made.named("valkey-server")

    def empty() -> None:
        for _ in range(10):
            redis.Redis.from_url(address).flushall()
            time.sleep(0.1)

    def stop() -> None:
        os.kill(pid, signal.SIGSTOP)
        time.sleep(STOPPED_S)
        os.kill(pid, signal.SIGCONT)

    def kill() -> None:
        os.kill(pid, signal.SIGKILL)

    return {"emptied": empty, "stopped": stop, "killed": kill}[name]


@pytest.mark.parametrize("name", FAULTS)
def test_payments_go_on_once_each_when_it_is(
    installation: Installation, headers: dict[str, str], name: str
) -> None:
    break_it = fault(installation, name)
    before, counted = standing(installation, headers)
    keys = [str(uuid4()) for _ in range(PAYMENTS)]
    with ThreadPoolExecutor(2 * PAYMENTS + 1) as pool:
        broken = pool.submit(break_it)
        sent = [pool.submit(pay, installation, headers, key) for key in keys * 2]
        answers = [each.result() for each in sent]
        broken.result()
    finals = [each[-1] for each in answers]
    assert {met.status for met in finals} == {201}
    assert {met.status for each in answers for met in each} <= {201, 409}
    assert sum(not met.is_replay for met in finals) == PAYMENTS
    assert len({json.loads(met.body)["id"] for met in finals}) == PAYMENTS
    after, counted_now = standing(installation, headers)
    assert before - after == PAYMENTS * AMOUNT
    assert counted_now - counted == PAYMENTS
