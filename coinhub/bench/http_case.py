"""What clients over HTTP repeat: a transfer, or a view that does nothing."""

import http.client
import json
import os
import random
import threading
from collections.abc import Callable

from coinhub.bench.stage import Stage
from coinhub.users.models import User
from coinhub.users.services import tokens
from wallets.models import Wallet

PAYERS = 100  # each has a token, which lives long enough for all rounds
TIMEOUT_S = 30
OWN = threading.local()  # a connection belongs to a thread
Act = Callable[[random.Random, str], object]


def prepare(case: str, stage: Stage) -> Act:
    """Give what is repeated in a case; both ask as many different people for as many tokens."""
    payers = range(stage.payer_low, stage.payer_low + PAYERS)
    owners = User.objects.in_bulk(
        list(Wallet.objects.filter(pk__in=payers).values_list("owner_id", flat=True))
    )
    issued = [tokens.issue(user=user).access for user in owners.values()]
    payees = [
        str(public_id)
        for public_id in Wallet.objects.filter(
            pk__range=(stage.payee_low, stage.payee_high)
        ).values_list("public_id", flat=True)
    ]

    def transfer(chance: random.Random, name: str) -> object:
        body = {"to": chance.choice(payees), "amount": "0.01", "currency": "GBP"}
        return post("/api/v1/transfer", chance.choice(issued), f"bench-http-{name}", body, 201)

    def empty(chance: random.Random, name: str) -> object:
        chance.choice(payees)
        return post("/bench/empty", chance.choice(issued), f"bench-http-{name}", {}, 200)

    return {"http_transfer": transfer, "http_empty": empty}[case]


def post(path: str, token: str, key: str, body: dict[str, str], wanted: int) -> bytes:
    """Ask on this thread's connection.

    Raises: RuntimeError for another answer than the one wanted.
    """
    if not hasattr(OWN, "connection"):
        OWN.connection = http.client.HTTPConnection(os.environ["COINHUB_BIND"], timeout=TIMEOUT_S)
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Idempotency-Key": key,
    }
    OWN.connection.request("POST", path, json.dumps(body), headers)
    answer = OWN.connection.getresponse()
    said: bytes = answer.read()
    if answer.status != wanted:
        raise RuntimeError(f"{path} answered {answer.status}: {said[:300]!r}")
    return said
