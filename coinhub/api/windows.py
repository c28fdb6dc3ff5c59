"""Counting calls in Valkey: one script call, short time-outs, and a way round when it fails."""

import secrets
import threading
import time
from collections.abc import Sequence
from typing import Any

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

from coinhub.core.db import sql_file
from coinhub.users.services.rate_windows import Room

TIMEOUT_S = 0.04
PAUSE_S = 5.0  # how long a Valkey that failed is left alone
MICRO = 1_000_000
SCRIPT = sql_file("coinhub/api/take.lua")


class Breaker:
    """Remembers that Valkey failed, so that only one call in a while waits to find out again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open_until = 0.0
        self._failed = False

    def lets_through(self) -> bool:
        """Say whether to try; after a failure one caller is let through when the pause is over."""
        if not self._failed:
            return True
        with self._lock:
            if time.monotonic() < self._open_until:
                return False
            self._open_until = time.monotonic() + PAUSE_S
            return True

    def note(self, *, failed: bool) -> None:
        """Remember how a try went."""
        with self._lock:
            self._failed = failed
            if failed:
                self._open_until = time.monotonic() + PAUSE_S


class ValkeyWindows:
    """The windows in Valkey, with the breaker of this process."""

    def __init__(self, url: str) -> None:
        self.breaker = Breaker()
        self._client = redis.Redis.from_url(
            url,
            socket_timeout=TIMEOUT_S,
            socket_connect_timeout=TIMEOUT_S,
            retry=Retry(NoBackoff(), 0),
            protocol=2,
            driver_info=None,
        )

    def take(self, keys: Sequence[str], mosts: Sequence[int], window_s: int) -> list[Room] | None:
        """Let one call through if every window has room; ``None`` when Valkey cannot be asked."""
        if not self.breaker.lets_through():
            return None
        try:
            told: Any = self._client.eval(
                SCRIPT, len(keys), *keys, window_s * MICRO, secrets.token_hex(8), *mosts
            )
        except (redis.RedisError, OSError):
            self.breaker.note(failed=True)
            return None
        self.breaker.note(failed=False)
        taken, *figures = (int(figure) for figure in told)
        pairs = zip(figures[::2], figures[1::2], strict=True)
        return [Room(bool(taken), remaining, wait / MICRO) for remaining, wait in pairs]


_known: dict[str, ValkeyWindows] = {}


def valkey() -> ValkeyWindows | None:
    """Give the windows in Valkey of this process; ``None`` where there is no Valkey."""
    if "fast" not in settings.CACHES:
        return None
    url = str(settings.CACHES["fast"]["LOCATION"])
    return _known.get(url) or _known.setdefault(url, ValkeyWindows(url))
