"""What the clients of the races do; each runs in another process on a connection of its own."""

import hashlib
import random
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from coinhub.core.actor import system
from coinhub.core.errors import DomainError
from coinhub.core.money import Money
from wallets.ledger.request import Answer, MoneyRequest
from wallets.models import Hold, Transaction, Wallet
from wallets.services import holds, payments, transfers, wallets


@dataclass(frozen=True)
class Crossing:
    """Payments to and fro between two wallets of a few."""

    seed: int
    wallets: list[int]
    times: int


def cross(orders: Crossing) -> list[str]:
    """Pay between random wallets in random directions; give the refusals met."""
    known = list(Wallet.objects.filter(pk__in=orders.wallets).order_by("pk"))
    chance = random.Random(orders.seed)  # noqa: S311  # repeatable, not secret
    refused = []
    for _ in range(orders.times):
        payer, payee = chance.sample(known, 2)
        amount = Money(Decimal(chance.randint(1, 3000)).scaleb(-2), "GBP")
        try:
            transfers.transfer(payer=payer, payee=payee, amount=amount, actor=system())
        except DomainError as refusal:
            refused.append(refusal.code)
    return refused


def debit_ten(wallet_id: int) -> str:
    """Take 10.00 out; say how it ended."""
    try:
        payments.debit(
            payer=Wallet.objects.get(pk=wallet_id),
            amount=Money(Decimal("10.00"), "GBP"),
            actor=system(),
        )
    except DomainError as refusal:
        return refusal.code
    return "booked"


def capture_all(hold_ids: list[int]) -> list[str]:
    """Capture each hold in full, one after the other."""
    ended = []
    for hold in Hold.objects.filter(pk__in=hold_ids).order_by("pk"):
        try:
            amount = Money(Decimal("1.00"), "GBP")
            holds.capture(hold=hold, amount=amount, actor=system())
            ended.append("captured")
        except DomainError as refusal:
            ended.append(refusal.code)
    return ended


def void_all(hold_ids: list[int]) -> list[str]:
    """Void each hold, one after the other."""
    ended = []
    for hold in Hold.objects.filter(pk__in=hold_ids).order_by("pk"):
        try:
            holds.void(hold=hold, actor=system())
            ended.append("voided")
        except DomainError as refusal:
            ended.append(refusal.code)
    return ended


def end_all(orders: tuple[str, list[int]]) -> list[str]:
    """Capture or void, as told."""
    verb, hold_ids = orders
    return capture_all(hold_ids) if verb == "capture" else void_all(hold_ids)


@dataclass(frozen=True)
class Request:
    """One payment under a key."""

    payer: int
    payee: int
    amount: Decimal
    key: str


def pay_once(request: Request) -> tuple[str, bool, str]:
    """Pay under a key; give the transaction, whether it was there before, and the answer kept."""
    payer, payee = (Wallet.objects.get(pk=pk) for pk in (request.payer, request.payee))
    assert payer.owner_id is not None
    named = MoneyRequest(
        caller=payer.owner_id,
        key=request.key,
        fingerprint=hashlib.sha256(request.key.encode()).digest(),
        answer=answer,
    )
    try:
        booked = transfers.transfer(
            payer=payer,
            payee=payee,
            amount=Money(request.amount, "GBP"),
            actor=system(),
            request=named,
        )
    except DomainError as refusal:
        return refusal.code, False, ""
    return str(booked.transaction.public_id), booked.replayed, booked.answer.body  # type: ignore[union-attr]


def answer(transaction: Transaction) -> Answer:
    """Render what the caller would be told."""
    return Answer(201, f'{{"id": "{transaction.public_id}"}}')


def open_first(order: tuple[UUID, str]) -> tuple[int, bool]:
    """Open a wallet; say whether it is the primary one."""
    owner_id, currency = order
    wallet = wallets.open_wallet(owner_id=owner_id, currency=currency)
    return wallet.pk, wallet.is_primary
