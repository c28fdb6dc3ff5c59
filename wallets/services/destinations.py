"""Use cases of the address book: add a place money may leave to, remove one."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.core import mail
from django.db import IntegrityError, transaction

from coinhub.core import vault
from coinhub.core.actor import Actor
from coinhub.core.db import ClockTimestamp
from coinhub.core.errors import DomainError
from coinhub.core.ids import new_public_id
from coinhub.events import audit, outbox
from coinhub.users.models import User
from coinhub.users.services import confirmations
from coinhub.users.services.proofs import Proof
from wallets.models import Destination
from wallets.policies import addresses
from wallets.selectors import destinations
from wallets.selectors.currencies import get_currency

PURPOSE = "destination"
MOST = 100  # entries of one customer
MAIL_TIMEOUT_S = 5
log = structlog.get_logger(__name__)


class DestinationsTooMany(DomainError):
    """The address book is full."""

    code = "DESTINATIONS_TOO_MANY"
    status = 409
    title = "Your address book is full; remove an address first"


@dataclass(frozen=True, slots=True)
class Place:
    """Where money is to go: an address of a network, or an IBAN, for one currency."""

    label: str
    currency: str
    network: str
    address: str
    is_own: bool = False

    @property
    def fingerprint(self) -> bytes:
        """Give the keyed hash by which the same place is found again."""
        return vault.lookup(f"{self.network}:{self.address}", purpose=PURPOSE)


@dataclass(frozen=True, slots=True)
class Added:
    """An entry, and whether it was there before."""

    destination: Destination
    is_new: bool


def add(*, customer: User, wanted: Place, confirmation_id: UUID | None, actor: Actor) -> Added:
    """Add a place to a customer's address book; it can be paid to after the cooling.

    Atomic: opens its own transactions and refuses to run inside another.
    Repeat: the same currency, network and address gives back the entry that is there.
    Writes: Destination, AuditEvent, ``destination.added`` event; an e-mail to the owner afterwards.
    Raises: CurrencyUnknown, NetworkUnsupported, AddressInvalid, DestinationsTooMany,
        SecondFactorNeeded, StepUpRequired.
    """
    place = read_place(wanted)
    found = _find(customer, place)
    if found is not None:
        return Added(found, is_new=False)
    if destinations.list_destinations(customer.pk).count() >= MOST:
        raise DestinationsTooMany
    confirmations.require(
        user=customer,
        command=confirmations.NEW_ADDRESS,
        facts={"currency": place.currency, "network": place.network, "address": place.address},
        confirmation_id=confirmation_id,
        key=f"{PURPOSE}:{place.fingerprint.hex()}",
        actor=actor,
    )
    try:
        with transaction.atomic(durable=True):
            row = write(customer, place, actor=actor)
            transaction.on_commit(lambda: _write_to_owner(customer, row))
    except IntegrityError:
        found = _find(customer, place)
        if found is None:
            raise
        return Added(found, is_new=False)
    return Added(destinations.get_destination(customer.pk, row.public_id), is_new=True)


def confirm_and_add(
    *, customer: User, wanted: Place, challenge_id: UUID, proof: Proof, actor: Actor
) -> Added:
    """Confirm with the second factor, and add.

    Atomic: as ``add``; a code that was used stays used.
    Raises: what ``confirmations.confirm`` and ``add`` refuse.
    """
    confirmations.confirm(user=customer, challenge_id=challenge_id, proof=proof, actor=actor)
    return add(customer=customer, wanted=wanted, confirmation_id=challenge_id, actor=actor)


def remove(*, customer: User, public_id: UUID, actor: Actor) -> None:
    """Remove an entry; a withdrawal that is under way to it goes on.

    Atomic: opens its own transaction.
    Writes: Destination (archived), AuditEvent, ``destination.removed`` event.
    Raises: NotYours, DestinationGone.
    """
    with transaction.atomic(durable=True):
        found = destinations.get_destination(customer.pk, public_id)
        still_open = Destination.objects.filter(pk=found.pk, archived_at__isnull=True)
        if not still_open.update(archived_at=ClockTimestamp()):
            raise destinations.DestinationGone
        _tell("destination.removed", found, actor)


def read_place(wanted: Place) -> Place:
    """Give a place with its address in canonical form.

    Raises: CurrencyUnknown, NetworkUnsupported, AddressInvalid.
    """
    currency = get_currency(wanted.currency)
    addresses.require_network(currency, wanted.network)
    return Place(
        label=wanted.label.strip(),
        currency=currency.pk,
        network=wanted.network,
        address=addresses.require_address(wanted.network, wanted.address),
        is_own=wanted.is_own,
    )


def write(
    customer: User, place: Place, *, actor: Actor, cooling: timedelta | None = None
) -> Destination:
    """Write an entry down, without asking anybody: a step of ``add``, and of the demo.

    Atomic: needs the caller's transaction.
    Writes: Destination, AuditEvent, ``destination.added`` event.
    """
    if cooling is not None and not settings.SANDBOX:
        raise RuntimeError("nothing shortens the cooling but the sandbox's demo")
    if cooling is None:
        cooling = timedelta(hours=settings.ADDRESS_COOLING_H)
    row = Destination.objects.create(
        public_id=new_public_id(),
        customer=customer,
        label=place.label,
        currency_id=place.currency,
        network=place.network,
        address=place.address,
        fingerprint=place.fingerprint,
        masked=addresses.masked(place.address),
        is_own=place.is_own,
        active_from=ClockTimestamp() + cooling,
    )
    _tell("destination.added", row, actor)
    return row


def _find(customer: User, place: Place) -> Destination | None:
    return destinations.find_same(
        customer.pk,
        currency=place.currency,
        network=place.network,
        fingerprint=place.fingerprint,
    )


def _tell(event: str, row: Destination, actor: Actor) -> None:
    """Record what was done; the address itself is nowhere but in its column."""
    shown = {"currency": row.currency_id, "network": row.network, "address": row.masked}
    audit.record(
        actor=actor,
        action=event,
        object_type="destination",
        object_id=str(row.public_id),
        after=shown | {"customer": str(row.customer_id)},
    )
    outbox.tell(event=event, object_id=str(row.public_id))


def _write_to_owner(customer: User, row: Destination) -> None:
    """Tell the owner by e-mail; one that cannot be sent is logged, the entry stays."""
    if not customer.email:
        return
    text = (
        f"A new address was added to your address book at {settings.BASE_URL}:\n\n"
        f"{row.label}: {row.masked} ({row.currency_id}, {row.network})\n\n"
        f"Money can be withdrawn to it in {settings.ADDRESS_COOLING_H} hours. If it was not you who"
        f" added it, remove it now at {settings.BASE_URL}/destinations/ and change your password.\n"
    )
    try:
        connection = mail.get_connection(timeout=MAIL_TIMEOUT_S)
        mail.send_mail(
            "New withdrawal address", text, None, [customer.email], connection=connection
        )
    except OSError:
        log.exception("notice_not_sent", destination=str(row.public_id))
