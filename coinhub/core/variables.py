"""Reading the environment: a missing or bad variable stops the start with its name."""

import base64
import binascii

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()


def choice(name: str, default: str, allowed: set[str]) -> str:
    """Read a variable that has a few allowed values."""
    value = str(env.str(name, default=default))
    if value not in allowed:
        raise ImproperlyConfigured(f"{name} must be one of {sorted(allowed)}, not {value!r}")
    return value


def switch(name: str, *, default: bool) -> bool:
    """Read a variable that is on or off; nothing else is guessed at."""
    words = {"true": True, "1": True, "yes": True, "on": True}
    words |= {"false": False, "0": False, "no": False, "off": False}
    value = str(env.str(name, default=str(default))).strip().lower()
    if value not in words:
        raise ImproperlyConfigured(f"{name} must be true or false, not {value!r}")
    return words[value]


def number(name: str, *, default: int) -> int:
    """Read a variable that is a whole number, zero or more."""
    value = str(env.str(name, default=str(default))).strip()
    if not (value.isascii() and value.isdigit()):
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}")
    return int(value)


def keys(name: str) -> dict[str, bytes]:
    """Read keys of 256 bits by their ids, ``id:base64,id:base64``, in the order given.

    A bad one is named by its place: what is wrong with a secret is not repeated.
    """
    found: dict[str, bytes] = {}
    for place, text in enumerate(env.str(name).split(","), start=1):
        key_id, _, encoded = text.strip().partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            key = b""
        named = key_id.isascii() and key_id.isalnum() and len(key_id) <= 16
        if len(key) != 32 or not named or key_id in found:
            raise ImproperlyConfigured(
                f"{name}: number {place} is not id:base64 of 32 bytes, with an id of its own"
            )
        found[key_id] = key
    return found
