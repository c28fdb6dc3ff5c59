"""What the clients of the storm do: one request through all of the API, in a process of its own."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from coinhub.users.models import User
from tests.api_client import Caller


@dataclass(frozen=True)
class Wanted:
    """One request under a key."""

    person: UUID
    path: str
    body: dict[str, Any]
    key: str


def post(wanted: Wanted) -> tuple[int, bool, bytes]:
    """Send it; give the status, whether it was told as a repeat, and the body."""
    caller = Caller(User.objects.get(pk=wanted.person))
    answer = caller.post(wanted.path, wanted.body, key=wanted.key, SERVER_NAME="127.0.0.1")
    return answer.status_code, "X-Idempotent-Replay" in answer.headers, answer.content
