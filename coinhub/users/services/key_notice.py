"""Mails that tell an owner of API keys: a thief who makes one is found out."""

from collections.abc import Sequence

import structlog
from django.conf import settings
from django.core import mail

from coinhub.users.models import ApiKey, User

TIMEOUT_S = 5
log = structlog.get_logger(__name__)


def write_to_owner(user: User, key: ApiKey) -> None:
    """Tell the owner of a new key by e-mail; one that cannot be sent is logged, the key stays."""
    where = " ".join(key.networks) or "every address"
    text = (
        f"A new API key was made for your account at {settings.BASE_URL}:\n\n"
        f"{key.label} ({key.hint}...): {', '.join(key.scopes)}, from {where}\n\n"
        "If it was not you who made it, revoke it now at"
        f" {settings.BASE_URL}/settings/api-keys/ and change your password.\n"
    )
    _write(user, "New API key", text)


def write_of_suspension(user: User, keys: Sequence[ApiKey]) -> None:
    """Tell the owner by e-mail that keys have stopped, and how they go on."""
    listed = "\n".join(f"{key.label} ({key.hint}...): {', '.join(key.scopes)}" for key in keys)
    text = (
        f"Your sign-in at {settings.BASE_URL} changed, so these API keys are suspended:\n\n"
        f"{listed}\n\n"
        "Programs that use them are refused. Those you know go on as soon as you confirm them with"
        f" your second factor at {settings.BASE_URL}/settings/api-keys/; revoke the others.\n"
    )
    _write(user, "API keys suspended", text)


def _write(user: User, subject: str, text: str) -> None:
    if not user.email:
        return
    try:
        connection = mail.get_connection(timeout=TIMEOUT_S)
        mail.send_mail(subject, text, None, [user.email], connection=connection)
    except OSError:
        log.exception("notice_not_sent", mail=subject)
