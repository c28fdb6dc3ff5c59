"""How often a caller may call: exact sliding windows that all processes share.

Money and codes are counted in PostgreSQL, without which no money moves anyway: stopped, wiped or
slow, Valkey never gives anybody a second budget. Reads are many and cheap and are counted in
Valkey; while it cannot be asked they are counted in PostgreSQL, in a window that begins anew.
"""

import math
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from coinhub.api import windows
from coinhub.core.errors import DomainError
from coinhub.core.requests import address_of, line_of
from coinhub.users.services import rate_windows
from coinhub.users.services.rate_windows import Room

WINDOW_S = 60
WIDER = 10  # so many accounts may share an address
DIGEST_LENGTH = 32
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Rate:
    """A limit: ``most`` calls of an account in any minute, and ten times that of an address."""

    name: str
    most: int
    in_valkey: bool = False


RATES = {
    rate.name: rate
    for rate in (
        Rate("money", 20),
        Rate("login", 5),
        Rate("files", 20, in_valkey=True),
        Rate("reads", 100, in_valkey=True),
    )
}


class RateLimited(DomainError):
    """The caller called too often; ``Retry-After`` says how long to wait."""

    code = "RATE_LIMITED"
    status = 429
    title = "Too many requests; please wait"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a caller stands after a call, by the window that binds first."""

    policy: str
    most: int
    left: int
    wait_s: int
    taken: bool

    def headers(self) -> dict[str, str]:
        """Give the two headers of the answer, as structured fields (RFC 9651).

        Source: draft-ietf-httpapi-ratelimit-headers.
        """
        return {
            "RateLimit-Policy": f'"{self.policy}";q={self.most};w={WINDOW_S}',
            "RateLimit": f'"{self.policy}";r={self.left};t={self.wait_s}',
        }

    def require(self) -> None:
        """Refuse a call that was not let through.

        Raises: RateLimited.
        """
        if not self.taken:
            raise RateLimited(retry_after=self.wait_s)


def take(name: str, *, account: UUID | None, address: str | None) -> Standing | None:
    """Count a call and say where its caller stands; ``None`` where limits are switched off.

    Repeat: counts again; a repeat of a payment is a call like any other.
    """
    if not settings.RATE_LIMITS:
        return None
    rate = RATES[name]
    policies = {
        f"{name}-address": (rate.most * WIDER, UNKNOWN if address is None else line_of(address))
    }
    if account is not None:
        policies = {name: (rate.most, str(account)), **policies}
    keys = [f"{policy}:{_digest(who)}" for policy, (_, who) in policies.items()]
    mosts = [most for most, _ in policies.values()]
    rooms = _rooms(rate, keys, mosts)
    standings = [
        Standing(policy, most, room.remaining, max(1, math.ceil(room.wait_s)), room.taken)
        for policy, most, room in zip(policies, mosts, rooms, strict=True)
    ]
    return min(standings, key=lambda found: (found.left, -found.wait_s))


def take_for_page(request: HttpRequest, name: str) -> None:
    """Count what a signed-in person does on a page into the limit that the API counts into.

    Raises: RateLimited.
    """
    account = UUID(str(request.user.pk)) if request.user.is_authenticated else None
    standing = take(name, account=account, address=address_of(request))
    if standing is not None:
        standing.require()


def _rooms(rate: Rate, keys: list[str], mosts: list[int]) -> list[Room]:
    fast = windows.valkey() if rate.in_valkey else None
    found = fast.take(keys, mosts, WINDOW_S) if fast is not None else None
    return found if found is not None else rate_windows.take(keys, mosts, WINDOW_S)


def _digest(who: str) -> str:
    made = salted_hmac("coinhub.api.limits", who, algorithm="sha256").hexdigest()
    return made[:DIGEST_LENGTH]
