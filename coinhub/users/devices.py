"""The device cookie: on which devices an account has signed in before.

It opens nothing. A device that is known has tries of its own at the password, so that strangers who
use up the account's tries do not keep its owner out.
"""

import secrets

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac

COOKIE = "__Host-device" if settings.SESSION_COOKIE_SECURE else "device"
SALT = "coinhub.users.device"
LIFE_S = 365 * 24 * 3600
MOST_ACCOUNTS = 5  # the last ones that signed in


def known_device(request: HttpRequest, email: str) -> str | None:
    """Give the id of the device if this e-mail has signed in on it."""
    device, accounts = _read(request)
    mark = _mark(device, email)
    return device if any(constant_time_compare(mark, one) for one in accounts) else None


def remember(request: HttpRequest, response: HttpResponse, email: str) -> None:
    """Write into the device's cookie that this e-mail has signed in on it."""
    device, accounts = _read(request)
    device = device or secrets.token_urlsafe(16)
    mark = _mark(device, email)
    known = [mark, *(one for one in accounts if one != mark)][:MOST_ACCOUNTS]
    response.set_cookie(
        COOKIE,
        signing.dumps([device, *known], salt=SALT),
        max_age=LIFE_S,
        secure=bool(settings.SESSION_COOKIE_SECURE),
        httponly=True,
        samesite="Lax",
    )


def _read(request: HttpRequest) -> tuple[str, list[str]]:
    try:
        device, *accounts = signing.loads(
            request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=LIFE_S
        )
    except (signing.BadSignature, ValueError):
        return "", []
    return device, accounts


def _mark(device: str, email: str) -> str:
    text = f"{device} {email.strip().lower()}"
    return salted_hmac(SALT, text, algorithm="sha256").hexdigest()[:32]
