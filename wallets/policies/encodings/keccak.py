"""Keccak-256, as Ethereum uses it; SHA3-256 of the library pads differently.

Source: the Keccak reference, version 3.0: rate 1088, capacity 512, padding 0x01.
"""

KECCAK, SHA3 = 0x01, 0x06
ROUNDS = 24
RATE = 136  # bytes
SIZE = 32  # bytes
MASK = (1 << 64) - 1


def keccak_256(data: bytes) -> bytes:
    """Hash some bytes."""
    return hash_with(data, first=KECCAK)


def hash_with(data: bytes, *, first: int) -> bytes:
    """Hash some bytes; all that tells Keccak from SHA3-256 is where the padding begins."""
    padding = bytearray(RATE - len(data) % RATE)
    padding[0] ^= first
    padding[-1] ^= 0x80
    message = data + bytes(padding)
    lanes = [0] * 25
    for start in range(0, len(message), RATE):
        block = message[start : start + RATE]
        for place in range(RATE // 8):
            lanes[place] ^= int.from_bytes(block[8 * place : 8 * place + 8], "little")
        lanes = _permuted(lanes)
    return b"".join(lane.to_bytes(8, "little") for lane in lanes)[:SIZE]


def _permuted(lanes: list[int]) -> list[int]:
    """Apply Keccak-f[1600]; the lane at column x and row y is ``lanes[x + 5 * y]``."""
    for constant in _CONSTANTS:
        column = [
            lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20]
            for x in range(5)
        ]
        mixed = [column[x - 1] ^ _turned(column[(x + 1) % 5], 1) for x in range(5)]
        moved = [0] * 25
        for place, (there, turn) in enumerate(_MOVES):
            moved[there] = _turned(lanes[place] ^ mixed[place % 5], turn)
        lanes = [
            moved[x + y] ^ (~moved[(x + 1) % 5 + y] & moved[(x + 2) % 5 + y])
            for y in range(0, 25, 5)
            for x in range(5)
        ]
        lanes[0] ^= constant
    return lanes


def _turned(lane: int, by: int) -> int:
    return (lane << by | lane >> (64 - by)) & MASK


def _moves() -> list[tuple[int, int]]:
    """Say for each lane where it goes and by how much it turns (the steps rho and pi)."""
    turns, x, y = {(0, 0): 0}, 1, 0
    for step in range(ROUNDS):
        turns[x, y] = (step + 1) * (step + 2) // 2 % 64
        x, y = y, (2 * x + 3 * y) % 5
    return [(y + 5 * ((2 * x + 3 * y) % 5), turns[x, y]) for y in range(5) for x in range(5)]


def _constants() -> list[int]:
    """Give the constant of each round (the step iota), from its shift register."""
    register, constants = 1, []
    for _ in range(ROUNDS):
        constant = 0
        for bit in range(7):
            if register & 1:
                constant |= 1 << ((1 << bit) - 1)
            register = register << 1 ^ (0x171 if register & 0x80 else 0)
        constants.append(constant)
    return constants


_MOVES = _moves()
_CONSTANTS = _constants()
