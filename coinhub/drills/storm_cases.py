"""The money operations of the drill ``storm``: how each comes to the one request that is sent."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.db import transaction

from coinhub.core.actor import system
from coinhub.core.money import Money
from coinhub.drills import authz_cast
from coinhub.drills.authz_cast import Person
from coinhub.drills.storm_client import Order, ask
from coinhub.users.models import User
from coinhub.users.services import second_factor, tokens
from wallets.services import transfers

AMOUNT = {"amount": "10.00", "currency": "GBP"}
BASE = "/api/v1/"
STEP_UP = "STEP_UP_REQUIRED"


@dataclass
class Scene:
    """Fresh people for one round, and where the site is."""

    base_url: str
    name: str
    payer: Person
    payee: Person

    def order(self, who: Person, path: str, body: Any, **headers: str) -> Order:
        """Make a request of one of them, under a fresh key."""
        named = {"Authorization": f"Bearer {token_of(who.user)}", "Idempotency-Key": uuid4().hex}
        return Order(BASE + path, body, {**named, **headers})

    def done(self, order: Order) -> dict[str, Any]:
        """Send a request alone that has to succeed.

        Raises: RuntimeError.
        """
        met = ask(self.base_url, order)
        if met.code:
            raise RuntimeError(f"{order.path}: {met.body}")
        answer: dict[str, Any] = json.loads(met.body)
        return answer


def set_up(base_url: str, name: str) -> Scene:
    """Make two customers whom nobody else knows."""
    payer, payee = (authz_cast.customer(name, role) for role in ("payer", "payee"))
    return Scene(base_url, name, payer, payee)


def have_both_wallets(scene: Scene) -> None:
    """Book something between the two, and so lock their wallets.

    Atomic: needs the caller's transaction, until whose end they stay locked.
    """
    payer, payee, little = scene.payer.wallet, scene.payee.wallet, Money(Decimal("0.01"), "GBP")
    transfers.transfer(payer=payer, payee=payee, amount=little, actor=system(scene.name))


def token_of(user: User) -> str:
    """Sign somebody in."""
    return tokens.issue(user=user).access


def transfer(scene: Scene) -> Order:
    """Pay another customer."""
    return scene.order(scene.payer, "transfer", {"to": scene.payee.user.email, **AMOUNT})


def transfer_by_key(scene: Scene) -> Order:
    """Pay another customer as a program does, with an API key."""
    paid = transfer(scene)
    key = authz_cast.api_key(scene.payer.user, "transfer")
    return Order(paid.path, paid.body, {**paid.headers, "Authorization": f"Bearer {key}"})


def refund(scene: Scene) -> Order:
    """Give back what was paid."""
    paid = scene.done(transfer(scene))
    return scene.order(scene.payee, f"transactions/{paid['id']}/refund", {"amount": "10.00"})


def recall(scene: Scene) -> Order:
    """Take back what waits for the recipient's identity."""
    new = User.objects.create_user(f"{uuid4().hex}@example.com", name="new")
    paid = scene.done(scene.order(scene.payer, "transfer", {"to": new.email, **AMOUNT}))
    return scene.order(scene.payer, f"transfer/{paid['id']}/recall", {})


def deposit(scene: Scene) -> Order:
    """Let money arrive."""
    return scene.order(scene.payer, "deposit", {**AMOUNT, "external_ref": uuid4().hex})


def withdraw(scene: Scene) -> Order:
    """Send money away, confirmed by the second factor as a client does it."""
    user = scene.payer.user
    row = authz_cast.entry(user)
    with transaction.atomic():
        (code, *_) = second_factor.new_recovery_codes(user)
    asked = scene.order(scene.payer, "withdraw", {**AMOUNT, "destination": str(row.public_id)})
    refusal = ask(scene.base_url, asked)
    if refusal.code != STEP_UP:
        raise RuntimeError(f"a withdrawal asks for a second factor: {refusal.body}")
    challenge = json.loads(refusal.body)["challenge_id"]
    scene.done(scene.order(scene.payer, f"auth/confirmations/{challenge}", {"code": code}))
    return Order(asked.path, asked.body, {**asked.headers, "X-Confirmation": challenge})


def cancel(scene: Scene) -> Order:
    """Take a withdrawal back; the first of a customer waits for staff, so no worker has it."""
    made = scene.done(withdraw(scene))
    return scene.order(scene.payer, f"withdraw/{made['id']}/cancel", {})


CASES: dict[str, Callable[[Scene], Order]] = {
    "transfer": transfer,
    "transfer by key": transfer_by_key,
    "withdraw": withdraw,
    "deposit": deposit,
    "refund": refund,
    "cancel": cancel,
    "recall": recall,
}
