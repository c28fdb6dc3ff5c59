"""The stage of the demo: who is who, which day it is, and what was booked before."""

import hashlib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import NAMESPACE_URL, UUID, uuid5

from coinhub.core.actor import Actor
from coinhub.core.money import Money
from coinhub.users.models import User
from wallets.ledger.request import MoneyRequest
from wallets.models import IdempotencyKey, Transaction, Wallet
from wallets.services import wallets

CALLER = uuid5(NAMESPACE_URL, "coinhub:demo")


@dataclass(frozen=True, slots=True)
class Stage:
    """What the demo needs to play: who is who, which day it is, who books."""

    people: dict[str, UUID]
    today: date
    actor: Actor

    def wallet(self, email: str, currency: str) -> Wallet:
        """Give a person's wallet, opened on first use."""
        return wallets.open_wallet(owner_id=self.people[email], currency=currency)

    def person(self, email: str) -> User:
        """Give one of the demo people."""
        return User.objects.get(pk=self.people[email])

    def acts(self, email: str, kind: str = "customer") -> Actor:
        """Give a person as the one who acts."""
        pk = self.people[email]
        if kind == "staff":
            return Actor(kind="staff", user_id=pk, request_id="demo")
        return Actor(kind="customer", user_id=pk, request_id="demo")


def request_of(name: str, content: str) -> MoneyRequest:
    """Give the request of a step, by the fixed name under which it is booked once."""
    return MoneyRequest(
        caller=CALLER,
        key=key_of(name),
        fingerprint=hashlib.sha256(f"{name} {content}".encode()).digest(),
    )


def key_of(name: str) -> str:
    """Give the key of a step."""
    return f"demo:{name}:once"


def find_booked(name: str) -> Transaction | None:
    """Give what a step booked, today or long ago."""
    row = IdempotencyKey.objects.filter(caller=CALLER, key=key_of(name)).first()
    return row.transaction if row is not None else None


def count_booked() -> int:
    """Count the steps that were booked."""
    return IdempotencyKey.objects.filter(caller=CALLER).count()


def money(amount: str, currency: str) -> Money:
    """Give an amount as the story writes it."""
    return Money(Decimal(amount), currency)
