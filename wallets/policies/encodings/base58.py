"""Base58check: bytes with four bytes of checksum, in 58 signs that do not look alike."""

import hashlib

SIGNS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
CHECKSUM = 4
MOST_SIGNS = 50  # an address has at most 35; reading grows with the square of the length


def decode_check(text: str) -> bytes:
    """Give the bytes without their checksum.

    Raises: ValueError.
    Source: Bitcoin, base58check.
    """
    if not 0 < len(text) <= MOST_SIGNS or any(sign not in SIGNS for sign in text):
        raise ValueError("it is not written in base58")
    number = 0
    for sign in text:
        number = number * len(SIGNS) + SIGNS.index(sign)
    zeros = len(text) - len(text.lstrip(SIGNS[0]))
    data = bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8)
    payload, checksum = data[:-CHECKSUM], data[-CHECKSUM:]
    if _twice(payload)[:CHECKSUM] != checksum:
        raise ValueError("its checksum is wrong")
    return payload


def _twice(data: bytes) -> bytes:
    return hashlib.sha256(hashlib.sha256(data).digest()).digest()
