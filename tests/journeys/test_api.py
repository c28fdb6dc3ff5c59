"""A customer's story through the API: sign in, look, pay, pay again by mistake, look again."""

import json
from decimal import Decimal

import pytest
from django.test import Client

from tests.conftest import PASSWORD, wallet_of

pytestmark = pytest.mark.django_db


def sign_in(client, person):
    answer = client.post(
        "/api/v1/auth/token",
        {"email": person.email, "password": PASSWORD},
        content_type="application/json",
    )
    assert answer.status_code == 200, answer.content
    return {"Authorization": f"Bearer {answer.json()['access']}"}


class TestPayment:
    def test_alice_pays_bob_once_and_both_see_it(self, alice, bob):
        wallet_of(alice, funded="100.00")
        client = Client()
        hers, his = sign_in(client, alice), sign_in(client, bob)

        (wallet,) = client.get("/api/v1/wallets", headers=hers).json()["results"]
        assert (wallet["available"], wallet["total"]) == ("100.00", "100.00")

        body = {"to": bob.email, "amount": "30.00", "currency": "GBP", "note": "lunch"}
        key = {"Idempotency-Key": "lunch-of-the-third-of-may"}
        first = client.post(
            "/api/v1/transfer", body, content_type="application/json", headers={**hers, **key}
        )
        assert first.status_code == 201, first.content
        again = client.post(
            "/api/transfer",
            json.dumps(dict(reversed(body.items())), indent=2),
            content_type="application/json",
            headers={**hers, **key},
        )
        assert (again.status_code, again.content) == (201, first.content)
        assert "X-Idempotent-Replay" not in first.headers
        assert again.headers["X-Idempotent-Replay"] == "true"
        assert again.headers["Location"] == first.headers["Location"]

        sent = client.get("/api/v1/transactions", headers=hers).json()["results"]
        got = client.get("/api/v1/transactions", headers=his).json()["results"]
        assert sent[0] == first.json()
        assert [(t["direction"], t["amount"], t["note"]) for t in got] == [("in", "30.00", "lunch")]
        assert got[0]["id"] == sent[0]["id"]
        assert got[0]["counterparty"] == {"kind": "customer", "name": alice.email}
        assert client.get(first.headers["Location"], headers=hers).json() == first.json()

        (wallet,) = client.get("/api/v1/wallets", headers=hers).json()["results"]
        (of_bob,) = client.get("/api/wallets", headers=his).json()["results"]
        assert (wallet["available"], of_bob["available"]) == ("70.00", "30.00")
        (entry, _) = client.get(f"/api/v1/wallets/{wallet['id']}/entries", headers=hers).json()[
            "results"
        ]
        assert (entry["direction"], entry["amount"], entry["total_after"]) == (
            "out",
            "30.00",
            "70.00",
        )
        assert Decimal(entry["balance_after"]) == 70
