"""The mails of a sandbox: they are written to files, and this page shows the last ones.

A stranger who tries the sandbox must be able to confirm an e-mail without a mail server. Everybody
may read all mails there, as everybody knows the passwords of the demo people.
"""

from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

SHOWN = 20
LARGEST = 200_000


def show(request: HttpRequest) -> HttpResponse:
    """List the last mails; outside the sandbox there is no such page."""
    folder = getattr(settings, "EMAIL_FILE_PATH", None)
    if not settings.SANDBOX:
        raise Http404
    return render(request, "sandbox/mail.html", {"mails": last_mails(folder)})


def last_mails(folder: str | None) -> list[dict[str, Any]]:
    """Read the newest mails of a folder."""
    place = Path(folder) if folder else None
    if place is None or not place.is_dir():
        return []
    files = sorted(place.glob("*.log"), key=lambda file: file.stat().st_mtime, reverse=True)
    return [_read(file) for file in files[:SHOWN]]


def _read(file: Path) -> dict[str, Any]:
    with file.open("rb") as opened:
        mail = message_from_bytes(opened.read(LARGEST), policy=policy.default)
    body = mail.get_body(("plain",))
    text = str(body.get_content()) if body else ""
    # Each file ends in a line of hyphens.
    return {
        "to": mail["To"],
        "subject": mail["Subject"],
        "at": mail["Date"],
        "text": text.rstrip("-\n"),
    }
