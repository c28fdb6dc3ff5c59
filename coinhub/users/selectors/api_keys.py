"""Who holds an API key, and what it may do."""

import ipaddress
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from coinhub.core.db import sql_file
from coinhub.users import key_text
from coinhub.users.models import ApiKey, User
from coinhub.users.selectors.tokens import COLUMNS

FIND_KEY = sql_file("coinhub/users/sql/find_key.sql")
MOST = 100


@dataclass(frozen=True, slots=True)
class KeyInUse:
    """The API key of a request; ``request.auth`` of the views."""

    id: int
    public_id: UUID
    scopes: frozenset[str]
    networks: tuple[str, ...]
    spend_cap_usd: Decimal | None
    is_use_due: bool  # the last use on record is more than a minute ago

    @property
    def has_networks(self) -> bool:
        """Say whether the key is bound to addresses."""
        return bool(self.networks)

    @property
    def has_cap(self) -> bool:
        """Say whether the key has a daily cap."""
        return self.spend_cap_usd is not None

    def allows(self, address: str | None) -> bool:
        """Say whether a call may come from this address; an unknown one only where all may."""
        if not self.networks:
            return True
        if address is None:
            return False
        found = ipaddress.ip_address(address)
        mapped = getattr(found, "ipv4_mapped", None)
        return any((mapped or found) in ipaddress.ip_network(network) for network in self.networks)


def find_key(text: str) -> tuple[User, KeyInUse] | None:
    """Find the customer and the key a text stands for, in one query.

    A key that is revoked, ran out, or belongs to somebody inactive or to staff stands for nobody.
    """
    if not key_text.is_key(text):
        return None
    with connection.cursor() as cursor:
        cursor.execute(FIND_KEY, {"digest": key_text.digest_of(text)})
        row = cursor.fetchone()
    if row is None:
        return None
    key_id, public_id, scopes, networks, cap, is_due = row[len(COLUMNS) :]
    user = User.from_db(connection.alias, COLUMNS, row[: len(COLUMNS)])
    key = KeyInUse(key_id, public_id, frozenset(scopes), tuple(networks), cap, is_due)
    return user, key


def list_keys(user: User) -> QuerySet[ApiKey]:
    """List a customer's keys that are not revoked, newest first."""
    return ApiKey.objects.filter(user=user, revoked_at=None).order_by("-id")[:MOST]
