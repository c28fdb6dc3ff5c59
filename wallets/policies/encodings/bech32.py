"""Bech32 and bech32m: witness programs of Bitcoin, with the checksum that belongs to the version.

Source: BIP-173, BIP-350; the lengths of version 0 are BIP-141's.
"""

SIGNS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
BECH32, BECH32M = 1, 0x2BC830A3
CHECKSUM = 6
MOST_SIGNS = 90
NEWEST_VERSION = 16


def decode_witness(text: str, prefix: str) -> tuple[int, bytes]:
    """Give version and program of a witness address.

    Raises: ValueError.
    """
    version, *groups = _decode(text, prefix)
    if version > NEWEST_VERSION:
        raise ValueError("there is no such witness version")
    program = _eight_bits(groups)
    if not 2 <= len(program) <= 40 or (version == 0 and len(program) not in (20, 32)):
        raise ValueError("its length is wrong")
    return version, program


def _decode(text: str, prefix: str) -> list[int]:
    if text not in (text.lower(), text.upper()):
        raise ValueError("capital and small letters are mixed")
    human, separator, data = text.lower().rpartition("1")
    if len(text) > MOST_SIGNS or not separator:
        raise ValueError("its form is wrong")
    if human != prefix:
        raise ValueError("it is of another network")
    if len(data) <= CHECKSUM or any(sign not in SIGNS for sign in data):
        raise ValueError("its form is wrong")
    values = [SIGNS.index(sign) for sign in data]
    if _checksum(prefix, values) != (BECH32 if values[0] == 0 else BECH32M):
        raise ValueError("its checksum is wrong")
    return values[:-CHECKSUM]


def _checksum(prefix: str, values: list[int]) -> int:
    high, low = [ord(sign) >> 5 for sign in prefix], [ord(sign) & 31 for sign in prefix]
    check = 1
    for value in [*high, 0, *low, *values]:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for place, part in enumerate(GENERATOR):
            check ^= part if top >> place & 1 else 0
    return check


def _eight_bits(groups: list[int]) -> bytes:
    """Join groups of five bits; what is left over is fewer than five zeros."""
    number = 0
    for group in groups:
        number = number << 5 | group
    length, left = divmod(5 * len(groups), 8)
    if left >= 5 or number & ((1 << left) - 1):
        raise ValueError("its padding is wrong")
    return (number >> left).to_bytes(length)
