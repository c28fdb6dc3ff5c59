"""Refused recipients: nobody finds out by trying who has an account."""

import math
from uuid import UUID

from django.conf import settings

from coinhub.core.errors import DomainError
from coinhub.users.services import rate_windows
from wallets.selectors.standings import Standing, recipients_window

MOST_REFUSED = 10
DAY_S = 86_400


class TooManyRecipients(DomainError):
    """Too many recipients were refused within a day; until one is a day old nobody can be paid.

    Good recipients are refused as well: otherwise the answer would tell the two apart.
    """

    code = "TOO_MANY_RECIPIENTS"
    status = 429
    title = "Too many recipients could not be paid; please wait"


def is_used_up(standing: Standing) -> bool:
    """Say whether a customer named too many who cannot be paid."""
    return settings.RATE_LIMITS and standing.refused_recipients >= MOST_REFUSED


def refusal(standing: Standing) -> TooManyRecipients:
    """Give the refusal, with the seconds until there is room again."""
    return TooManyRecipients(retry_after=max(1, standing.recipients_wait_s))


def count_refused(customer_id: UUID) -> None:
    """Count a recipient who cannot be paid.

    Atomic: one statement of its own.
    Repeat: counts again.
    Writes: RateWindow.
    Raises: TooManyRecipients when ten were refused by others at the same moment.
    """
    if not settings.RATE_LIMITS:
        return
    (room,) = rate_windows.take([recipients_window(customer_id)], [MOST_REFUSED], DAY_S)
    if not room.taken:
        raise TooManyRecipients(retry_after=max(1, math.ceil(room.wait_s)))
