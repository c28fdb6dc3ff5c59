"""Identifiers: public ids that cannot be guessed, and the shard of an owner."""

import hashlib
import secrets
import time
from uuid import UUID

SHARDS = 1024  # fixed for life: a ledger row keeps the shard it was born with
HOUSE_SHARD = 0


def new_public_id() -> UUID:
    """Make an opaque id for the outside: a version 7 UUID (RFC 9562).

    The time in front keeps its index small to write; 74 random bits make it unguessable.
    """
    millis = time.time_ns() // 1_000_000
    value = (millis & 0xFFFFFFFFFFFF) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | (7 << 76)
    value = value & ~(0x3 << 62) | (2 << 62)
    return UUID(int=value)


def shard_of(owner_id: UUID | None) -> int:
    """Say on which of the 1,024 shards an owner's ledger rows live; the house lives on 0.

    Source: the SQL function ``ledger_shard`` computes the same; a test compares the two.
    """
    if owner_id is None:
        return HOUSE_SHARD
    digest = hashlib.sha256(owner_id.bytes).digest()
    return int.from_bytes(digest[:2]) % SHARDS


def as_uuid(text: str) -> UUID | None:
    """Read a public id that somebody typed; ``None`` when it is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


def as_number(text: str) -> int | None:
    """Read a key of the database that somebody typed; ``None`` when it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None
