"""The text of an API key: what it looks like, and how a mistyped or foreign one is told at once.

``chk_live_`` or ``chk_test_`` (the installation, never a mode), 256 random bits in letters and
digits, and six more by which a scanner of leaked secrets knows that the text is one of ours.
"""

import re
import secrets
import zlib

from django.conf import settings
from django.utils.crypto import salted_hmac

LIVE, TEST = "chk_live_", "chk_test_"
PREFIXES = (LIVE, TEST)
RANDOM_BITS = 256
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
RANDOM_LENGTH, CHECK_LENGTH = 43, 6  # what 256 and 32 bits need at the base of 62
HINT_LENGTH = len(LIVE) + 6
_FORM = re.compile(rf"chk_(?:live|test)_[0-9A-Za-z]{{{RANDOM_LENGTH + CHECK_LENGTH}}}\Z", re.ASCII)


def prefix() -> str:
    """Give the prefix of this installation's keys."""
    return TEST if settings.SANDBOX else LIVE


def new_key() -> str:
    """Make a key."""
    body = prefix() + _digits(secrets.randbits(RANDOM_BITS), RANDOM_LENGTH)
    return body + checksum(body)


def is_key(text: str) -> bool:
    """Say whether a text can be a key of this installation; nobody is asked for it."""
    if not text.startswith(prefix()) or not _FORM.match(text):
        return False
    return checksum(text[:-CHECK_LENGTH]) == text[-CHECK_LENGTH:]


def checksum(body: str) -> str:
    """Give the last six signs of a key; a check against slips, not against forgers."""
    return _digits(zlib.crc32(body.encode()), CHECK_LENGTH)


def hint_of(key: str) -> str:
    """Give the beginning by which the owner knows a key."""
    return key[:HINT_LENGTH]


def digest_of(key: str) -> bytes:
    """Give the keyed hash under which a key is kept; the database alone cannot make one."""
    return salted_hmac("coinhub.users.api_key", key, algorithm="sha256").digest()


def _digits(number: int, length: int) -> str:
    signs = []
    for _ in range(length):
        number, rest = divmod(number, len(DIGITS))
        signs.append(DIGITS[rest])
    return "".join(reversed(signs))
