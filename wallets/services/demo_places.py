"""The demo people's address books: places to withdraw to that need no day of waiting."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from coinhub.core.actor import Actor
from coinhub.users.models import User
from wallets.models import Destination
from wallets.services import destinations
from wallets.services.demo_story import ALICE, BOB
from wallets.services.destinations import Place

# Source: the examples of ISO 13616, BIP-173 and EIP-55, and Tether's contract on Tron.
BANK = Place("My bank", "GBP", "iban", "GB82WEST12345698765432", is_own=True)
PLACES: Mapping[str, tuple[Place, ...]] = {
    ALICE: (
        BANK,
        Place("My ledger", "BTC", "bitcoin", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", True),
        Place("My wallet", "ETH", "ethereum", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", True),
    ),
    BOB: (
        BANK,
        Place("Landlord", "USDT", "tron", "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"),
    ),
}


def make_places(people: Mapping[str, UUID], *, actor: Actor) -> None:
    """Fill the address books.

    Atomic: each person by itself.
    Repeat: writes nothing more, even where a place was removed meanwhile.
    Writes: Destination, and what goes with it.
    """
    for email, places in PLACES.items():
        with transaction.atomic():
            customer = User.objects.select_for_update().get(pk=people[email])
            known = Destination.objects.filter(customer=customer)
            for place in places:
                if not known.filter(currency=place.currency, network=place.network).exists():
                    destinations.write(customer, place, actor=actor, cooling=timedelta(0))
