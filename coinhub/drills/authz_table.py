"""The declared table: what each kind of caller meets at each route."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TABLE = Path(__file__).with_name("authz_matrix.txt")
CALLERS = (
    "anonymous",
    "owner",
    "other",
    "expired",
    "revoked",
    "frozen",
    "key",
    "plain",
    "operations",
    "kyc",
    "auditor",
)
# The words of the table. ``in``: let in, and then answered or refused for what was sent.
BY_CODE = {
    "SCOPE_MISSING": "scope",
    "FORBIDDEN": "role",
    "NOT_FOUND_OR_NOT_YOURS": "yours",
    "ACCOUNT_FROZEN": "frozen",
    "STEP_UP_REQUIRED": "in",
    "SECOND_FACTOR_MISSING": "in",
    "CODE_REFUSED": "in",
    "PASSKEY_REFUSED": "in",
    "API_KEY_NOT_FOR_STAFF": "role",
    "KYC_REQUIRED": "kyc",
    "RECONCILIATION_KEY_REFUSED": "in",
}
EVERY_MODEL = "admin/*/*/"
_MODEL = re.compile(r" admin/[a-z]+/[a-z]+/")
_EVERY = re.compile(
    r" admin/[a-z]+/[a-z]+/(?:add/|<path:object_id>/(?:delete/|history/|change/)?)$"
)
INDEX = "/admin/"  # where the back office leads whoever asks for a row that is not there
SIGN_IN = ("/accounts/login/", "/admin/login/")
OK, MOVED, REFUSED = 200, 300, 400


@dataclass(frozen=True, slots=True)
class Row:
    """What is declared of one route, a word for each kind of caller."""

    name: str
    words: tuple[str, ...]

    def word(self, caller: str) -> str:
        """Give the word of one kind of caller."""
        return self.words[CALLERS.index(caller)]


def read(path: Path = TABLE) -> dict[str, Row]:
    """Read the table; a line that is not complete is an error, not a hole.

    Raises: ValueError.
    """
    found: dict[str, Row] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        method, pattern, *words = line.split()
        row = Row(f"{method} {pattern}", tuple(words))
        if len(words) != len(CALLERS) or row.name in found:
            raise ValueError(f"not a row, or there twice: {line}")
        found[row.name] = row
    return found


def is_of_every_model(name: str) -> bool:
    """Say whether a route is a page that every model has in the back office."""
    return _EVERY.search(name) is not None


def row_for(table: dict[str, Row], name: str) -> Row | None:
    """Find the row of a route: its own, or the one for the pages that every model has."""
    return table.get(name) or table.get(_MODEL.sub(f" {EVERY_MODEL}", name))


def word_of(answer: Any) -> str:
    """Put an answer into a word of the table."""
    status = answer.status_code
    if status == 401:  # noqa: PLR2004
        return "who"
    if OK <= status < MOVED:
        return "in"
    if MOVED <= status < REFUSED:
        return _moved(answer)
    if status in (400, 409, 415, 422):
        return "in"
    if status == 403:  # noqa: PLR2004
        return _refusal(answer)
    return {404: "none", 405: "shut"}.get(status, str(status))


def _moved(answer: Any) -> str:
    where = str(answer.headers["Location"])
    if where.startswith(SIGN_IN):
        return "login"
    if where == INDEX:
        return "gone"
    return "in" if answer.request["REQUEST_METHOD"] == "POST" else "moved"


def _refusal(answer: Any) -> str:
    if "json" not in answer.headers.get("Content-Type", ""):
        return "role"
    code = str(answer.json()["code"])
    return BY_CODE.get(code, code)
