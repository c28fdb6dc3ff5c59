"""Counting what a test wrote into address books; other tests commit entries for good."""

from typing import Any

from wallets.models import Destination

_before = [0]


def open_book() -> None:
    """Count from here on."""
    newest = Destination.objects.order_by("-pk").first()
    _before[0] = newest.pk if newest else 0


def entries(**where: Any) -> int:
    """Count the entries that the test wrote."""
    return Destination.objects.filter(pk__gt=_before[0], **where).count()


def newest() -> Destination:
    """Give the one that the test wrote last."""
    return Destination.objects.filter(pk__gt=_before[0]).latest("pk")
