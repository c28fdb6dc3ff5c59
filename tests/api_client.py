"""A caller of the API in tests; every answer has to be what the API's document says."""

import itertools
import json
from typing import Any

from django.test import Client

from coinhub.users.models import User
from coinhub.users.services import tokens
from tests import truth

_keys = itertools.count(1)


def new_key() -> str:
    """Give an idempotency key that was not used before in this process."""
    return f"test-key-{next(_keys):08d}"


class Caller:
    """Somebody with an access token."""

    def __init__(self, user: User | None = None) -> None:
        self.client = Client(raise_request_exception=False)
        self.headers: dict[str, str] = {}
        if user is not None:
            self.headers["Authorization"] = f"Bearer {tokens.issue(user=user).access}"

    def get(self, path: str, **query: Any) -> Any:
        """Read."""
        answer = self.client.get(f"/api/v1/{path}", query, headers=self.headers)
        truth.require_true(answer, "get", f"/api/v1/{path}")
        return answer

    def post(self, path: str, body: Any, *, key: str | None = "", **options: Any) -> Any:
        """Send a body, JSON unless it is bytes; a fresh key unless one is given, none for None."""
        return self._send("post", path, body, key=key, **options)

    def put(self, path: str, body: Any, *, key: str | None = "", **options: Any) -> Any:
        """Send a body as ``post`` does."""
        return self._send("put", path, body, key=key, **options)

    def _send(self, method: str, path: str, body: Any, *, key: str | None, **options: Any) -> Any:
        headers = {**self.headers, **options.pop("headers", {})}
        if key is not None:
            headers.setdefault("Idempotency-Key", key or new_key())
        data = body if isinstance(body, bytes) else json.dumps(body)
        options.setdefault("content_type", "application/json")
        send = getattr(self.client, method)
        answer = send(f"/api/v1/{path}", data, headers=headers, **options)
        truth.require_true(answer, method, f"/api/v1/{path}")
        return answer
