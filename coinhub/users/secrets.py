"""Token texts: how they are made, and the keyed hashes by which they are known."""

import secrets

from django.utils.crypto import salted_hmac

from coinhub.users.models import User

ACCESS_PREFIX = "chat_"
REFRESH_PREFIX = "chrt_"
RANDOM_BYTES = 32  # 256 bits
LONGEST = 128  # a text longer than this is no token of ours


def new_token(prefix: str) -> str:
    """Make a token: a prefix that secret scanners can look for, and 256 random bits."""
    return prefix + secrets.token_urlsafe(RANDOM_BYTES)


def digest_of(token: str) -> bytes:
    """Give the keyed hash under which a token is kept; the database alone cannot make one."""
    return salted_hmac("coinhub.users.token", token, algorithm="sha256").digest()


def stamp_of(user: User) -> bytes:
    """Give a keyed hash that changes with the password, the e-mail and the second factor."""
    changed_at = user.credentials_changed_at
    proof = f"{user.password} {changed_at.isoformat() if changed_at else ''}"
    return salted_hmac("coinhub.users.stamp", proof, algorithm="sha256").digest()
