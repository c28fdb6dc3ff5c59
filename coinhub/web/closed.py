"""Doors of allauth's pages that stay closed."""

from django.http import Http404, HttpRequest, HttpResponse

# Only what has a page here. The rest of allauth: adding factors and recovery codes its own way,
# signing in by mailed codes, trusting browsers, more than one e-mail.
PAGES = (
    r"login/$",
    r"logout/$",
    r"inactive/$",
    r"signup/$",
    r"reauthenticate/$",
    r"confirm-email/",
    r"password/change/$",
    r"password/reset/",
    r"2fa/authenticate/$",
    r"2fa/reauthenticate/$",
    r"2fa/webauthn/reauthenticate/$",
)
OPEN = rf"^(?!{'|'.join(PAGES)})"


def not_open_yet(request: HttpRequest) -> HttpResponse:
    """Answer as if there were no such page."""
    raise Http404
