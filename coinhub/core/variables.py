"""Reading the environment: a missing or bad variable stops the start with its name."""

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
