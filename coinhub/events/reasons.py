"""Why staff look at what is a customer's: said once, kept for the session, part of every look."""

from collections.abc import Mapping

from django.http import HttpRequest

SESSION = "look_reason"
DUTY = "duty"
# The codes, in the words that the customer reads.
STATED: Mapping[str, str] = {
    "review": "to check it",
    "support": "to help with a question of yours",
    "dispute": "because of a dispute or a complaint",
    "audit": "for an audit",
}
REASONS: Mapping[str, str] = {DUTY: "in the course of the daily work"} | dict(STATED)


def reason_of(request: HttpRequest) -> str:
    """Give the reason that holds for a request: what was stated, or else the daily work."""
    session = getattr(request, "session", None)
    stated = session.get(SESSION, "") if session is not None else ""
    return stated if stated in REASONS else DUTY


def state(request: HttpRequest, reason: str) -> bool:
    """Keep a reason for the rest of the session; say whether it is one of the list."""
    if reason not in REASONS:
        return False
    request.session[SESSION] = reason
    return True


def in_words(said: str) -> str:
    """Give a reason as the customer reads it; what staff wrote besides the code is not for them."""
    return REASONS.get(said.partition(":")[0], "")
