"""Signatures of notices, the Standard Webhooks way: over the raw bytes, with a window of time."""

import base64
import binascii
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta

from wallets.rails.base import NoticeRefused

WINDOW = timedelta(minutes=5)
PREFIX = "whsec_"
VERSION = "v1"
MOST_SIGNATURES = 10  # two while a secret is exchanged; what is longer is no header of a rail


def require_signed(secret: str, body: bytes, headers: Mapping[str, str], now: datetime) -> str:
    """Require a signature made with the secret, and give the id of the notice.

    Raises: NoticeRefused.
    Source: standardwebhooks.com, specification 1.0.0.
    """
    message = headers.get("webhook-id", "")
    stamp = headers.get("webhook-timestamp", "")
    if not message or not stamp.isascii() or not stamp.isdigit() or len(stamp) > 12:  # noqa: PLR2004
        raise NoticeRefused
    if abs(now.timestamp() - int(stamp)) > WINDOW.total_seconds():
        raise NoticeRefused
    right = sign(secret, message, stamp, body)
    given = headers.get("webhook-signature", "").split(" ")[:MOST_SIGNATURES]
    # Every one is compared: how long it takes says nothing about which is right.
    matches = [hmac.compare_digest(one.encode(), right.encode()) for one in given]
    if not any(matches):
        raise NoticeRefused
    return message


def sign(secret: str, message: str, stamp: str, body: bytes) -> str:
    """Give the signature of a notice, with its version.

    Raises: NoticeRefused when there is no secret to sign with.
    """
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not key:
        raise NoticeRefused
    signed = f"{message}.{stamp}.".encode() + body
    return f"{VERSION}," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
