"""The mail that tells an owner of a new API key: a thief who makes one is found out."""

import structlog
from django.conf import settings
from django.core import mail

from coinhub.users.models import ApiKey, User

TIMEOUT_S = 5
log = structlog.get_logger(__name__)


def write_to_owner(user: User, key: ApiKey) -> None:
    """Tell the owner by e-mail; one that cannot be sent is logged, the key stays."""
    if not user.email:
        return
    where = " ".join(key.networks) or "every address"
    text = (
        f"A new API key was made for your account at {settings.BASE_URL}:\n\n"
        f"{key.label} ({key.hint}...): {', '.join(key.scopes)}, from {where}\n\n"
        "If it was not you who made it, revoke it now at"
        f" {settings.BASE_URL}/settings/api-keys/ and change your password.\n"
    )
    try:
        connection = mail.get_connection(timeout=TIMEOUT_S)
        mail.send_mail("New API key", text, None, [user.email], connection=connection)
    except OSError:
        log.exception("notice_not_sent", api_key=str(key.public_id))
