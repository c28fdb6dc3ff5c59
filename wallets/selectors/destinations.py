"""A customer's address book."""

from uuid import UUID

from django.db.models import Case, CharField, QuerySet, Value, When

from coinhub.core.db import ClockTimestamp
from coinhub.core.errors import DomainError, NotYours
from wallets.models import Destination

Status = Destination.Status


class DestinationGone(DomainError):
    """The caller removed this entry of the address book."""

    code = "DESTINATION_GONE"
    status = 404
    title = "You removed this address"


def with_status() -> QuerySet[Destination]:
    """Give destinations with the status they have by the database's clock.

    Address and memo stay sealed until they are asked for.
    """
    known: dict[str, Case] = {
        "status": Case(
            When(archived_at__isnull=False, then=Value(Status.ARCHIVED.value)),
            When(active_from__gt=ClockTimestamp(), then=Value(Status.PENDING.value)),
            default=Value(Status.ACTIVE.value),
            output_field=CharField(),
        )
    }
    return Destination.objects.defer("address", "memo").annotate(**known)


def list_destinations(customer_id: UUID) -> QuerySet[Destination]:
    """List what a customer may name, newest first."""
    mine = with_status().filter(customer=customer_id, archived_at__isnull=True)
    return mine.select_related("currency").order_by("-id")


def get_destination(customer_id: UUID, public_id: UUID) -> Destination:
    """Give one entry that the customer may name.

    Raises: NotYours for somebody else's and for none; DestinationGone for one that was removed.
    """
    mine = with_status().select_related("currency")
    found = mine.filter(customer=customer_id, public_id=public_id).first()
    if found is None:
        raise NotYours
    if found.status == Status.ARCHIVED:
        raise DestinationGone
    return found


def find_same(
    customer_id: UUID, *, currency: str, network: str, fingerprint: bytes
) -> Destination | None:
    """Find the entry that a customer has for a place already."""
    mine = list_destinations(customer_id).filter(currency=currency, network=network)
    return mine.filter(fingerprint=fingerprint).first()
