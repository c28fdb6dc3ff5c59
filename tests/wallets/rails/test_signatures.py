"""A notice counts when its rail signed exactly these bytes, a moment ago."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from wallets.rails.base import NoticeRefused
from wallets.rails.signatures import require_signed, sign

DATA = Path(os.environ.get("COINHUB_TEST_DATA", "../shared/data"))
VECTORS = DATA / "webhook-vectors" / "standard-webhooks.json"
SECRET = "whsec_" + "c2VjcmV0LW9mLXRoZS1zYW5kYm94LXJhaWw="


def vectors():
    return json.loads(VECTORS.read_text()) if VECTORS.exists() else []


@pytest.mark.skipif(not VECTORS.exists(), reason=f"{VECTORS} is not here (COINHUB_TEST_DATA)")
class TestPublishedVectors:
    def test_there_are_right_and_wrong_ones(self):
        assert {vector["valid"] for vector in vectors()} == {True, False}

    @pytest.mark.parametrize("vector", vectors(), ids=lambda vector: vector["name"])
    def test_is_answered_right(self, vector):
        headers = {
            "webhook-id": vector["msg_id"],
            "webhook-timestamp": str(vector["timestamp"]),
            "webhook-signature": vector["signature"],
        }
        now = datetime.fromtimestamp(vector["now"], UTC)
        try:
            require_signed(vector["secret"], vector["body"].encode(), headers, now)
            accepted = True
        except NoticeRefused:
            accepted = False
        assert accepted is vector["valid"]


class TestSignature:
    now = datetime.fromtimestamp(1_800_000_000, UTC)

    def headers(self, body=b"{}", *, secret=SECRET, stamp="1800000000"):
        signature = sign(secret, "msg_1", stamp, body)
        return {
            "webhook-id": "msg_1",
            "webhook-timestamp": stamp,
            "webhook-signature": signature,
        }

    def test_gives_the_id_of_what_was_signed(self):
        assert require_signed(SECRET, b"{}", self.headers(), self.now) == "msg_1"

    @pytest.mark.parametrize("stamp", ["1799999699", "1800000301", "", "-5", "1e9", "٣", "9" * 40])
    def test_refuses_another_time(self, stamp):
        with pytest.raises(NoticeRefused):
            require_signed(SECRET, b"{}", self.headers(stamp=stamp), self.now)

    @pytest.mark.parametrize("stamp", ["1799999700", "1800000300"])
    def test_takes_what_is_five_minutes_away(self, stamp):
        require_signed(SECRET, b"{}", self.headers(stamp=stamp), self.now)

    @pytest.mark.parametrize("secret", ["", "whsec_", "whsec_***"])
    def test_without_a_secret_nothing_is_accepted(self, secret):
        with pytest.raises(NoticeRefused):
            require_signed(secret, b"{}", self.headers(), self.now)

    @pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
    def test_needs_every_header(self, name):
        headers = self.headers()
        del headers[name]
        with pytest.raises(NoticeRefused):
            require_signed(SECRET, b"{}", headers, self.now)
