"""Reads of confirmations."""

from django.db.models import QuerySet

from coinhub.core.db import ClockTimestamp
from coinhub.users.models import Confirmation, User
from coinhub.users.models.confirmation import SIGN_IN

MOST = 50


def list_open(user: User) -> QuerySet[Confirmation]:
    """List what a person is asked to confirm now, newest first."""
    mine = Confirmation.objects.filter(user=user, confirmed_at__isnull=True)
    mine = mine.exclude(command=SIGN_IN)
    return mine.filter(expires_at__gt=ClockTimestamp()).order_by("-created_at", "pk")[:MOST]
