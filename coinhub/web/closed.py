"""Doors of the account pages that are not open yet."""

from django.http import Http404, HttpRequest, HttpResponse

# Only these: allauth also lets a person add an address that nobody has confirmed and make it the
# one they are paid by, as long as confirmation is off.
OPEN = r"(?!(?:login|logout|inactive)/$)"


def not_open_yet(request: HttpRequest) -> HttpResponse:
    """Answer as if there were no such page."""
    raise Http404
