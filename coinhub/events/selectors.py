"""Reads of events."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from coinhub.core.db import sql_file
from coinhub.events.models import AuditEvent
from coinhub.events.reasons import in_words

OBJECT_TYPES = sql_file("coinhub/events/sql/object_types.sql")
MOST = 100
# What was looked at, in the customer's words.
SHOWN: Mapping[str, str] = {
    "person": "your profile",
    "customer": "your wallets",
    "wallet": "a wallet",
    "transaction": "a payment",
    "journal": "the booking of a payment",
    "posting": "a line of your statement",
    "hold": "an amount held",
    "receipt": "a deposit",
    "withdrawal": "a withdrawal",
    "destination": "an address you withdraw to, by its ends",
    "freeze": "a restriction of your account",
    "kyc_case": "your identity details",
    "kyc_document": "an identity document",
    "integrity_check": "a check of your balances",
}


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody of the staff looked at what is a customer's."""

    at: datetime
    who: str
    what: str
    why: str
    in_a_list: bool


def list_object_types() -> list[str]:
    """List what kinds of objects the audit trail is about, without reading all of it."""
    with connection.cursor() as cursor:
        cursor.execute(OBJECT_TYPES)
        return [row[0] for row in cursor.fetchall()]


def list_looks(customer_id: UUID) -> list[Look]:
    """List who of the staff looked at what is a customer's, newest first, at most 100."""
    events = AuditEvent.objects.filter(
        after__has_key="customers",
        after__customers__contains=[str(customer_id)],
    )
    return [_look(event) for event in events.select_related("actor").order_by("-id")[:MOST]]


def _look(event: AuditEvent) -> Look:
    said = event.after or {}
    return Look(
        at=event.occurred_at,
        who=(event.actor.name if event.actor else "") or "CoinHub staff",
        what=SHOWN.get(event.object_type, "what is yours"),
        why=in_words(str(said.get("reason", ""))),
        in_a_list=str(said.get("what", "")).startswith("list"),
    )
