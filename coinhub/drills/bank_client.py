"""One client of the drill ``bank``: random operations through the use cases, until time is up."""

import hashlib
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Min, Sum

from coinhub.core.actor import Actor
from coinhub.core.errors import DomainError
from coinhub.core.money import Money, quantize
from wallets.ledger.errors import HoldTooSmall
from wallets.ledger.request import Booked, MoneyRequest
from wallets.models import Hold, Wallet
from wallets.services import holds, transfers

STEPS = {"transfer": 50, "place": 18, "capture": 10, "void": 10, "repeat": 4, "read": 8}
SMALLEST = {"GBP": Decimal("0.01"), "BTC": Decimal("0.00000001")}
LARGEST = {"GBP": 3000, "BTC": 30_000_000}  # smallest units: more than most wallets have
OPEN_HOLDS: list[int] = []  # shared by the clients of a process: they get in each other's way


@dataclass(frozen=True)
class Orders:
    """What one client is told."""

    run: str
    client: int
    seed: str
    seconds: float
    wallets: dict[str, list[int]]
    totals: dict[str, Decimal]


@dataclass
class Tally:
    """What one client saw."""

    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    acked: list[str] = field(default_factory=list)
    wrong_totals: int = 0
    negative_seen: int = 0
    repeats_that_moved: int = 0


def work(orders: Orders) -> Tally:
    """Be one client until the time is up."""
    client = Client(orders)
    deadline = time.monotonic() + orders.seconds
    while time.monotonic() < deadline:
        client.step()
    return client.tally


class Client:
    """Does one random thing after the other."""

    def __init__(self, orders: Orders) -> None:
        """Read the wallets once; what is on them is asked of the ledger only."""
        self.orders = orders
        self.random = random.Random(orders.seed)  # noqa: S311  # repeatable, not secret
        self.tally = Tally()
        ids = [pk for some in orders.wallets.values() for pk in some]
        found = Wallet.objects.select_related("owner__kyc_case").in_bulk(ids)
        self.wallets = {code: [found[pk] for pk in some] for code, some in orders.wallets.items()}
        self.number = 0
        self.picked: int | None = None  # the hold that this client alone knows of
        self.last: tuple[Wallet, Wallet, Money, MoneyRequest] | None = None

    def step(self) -> None:
        """Do one thing and count how it ended.

        A hold that gave less than was asked of it stays for somebody else; without that all money
        would end on holds that nobody knows of.
        """
        self.picked = None
        name = self.random.choices(list(STEPS), list(STEPS.values()))[0]
        try:
            if getattr(self, name)():
                self.tally.done[name] += 1
        except DomainError as refusal:
            self.tally.refused[refusal.code] += 1
            if self.picked is not None and isinstance(refusal, HoldTooSmall):
                OPEN_HOLDS.append(self.picked)

    def transfer(self) -> bool:
        """Pay somebody."""
        payer, payee, amount, request = self.payment()
        self.ack(
            transfers.transfer(
                payer=payer, payee=payee, amount=amount, actor=self.actor(payer), request=request
            ),
            request,
        )
        self.last = payer, payee, amount, request
        return True

    def repeat(self) -> bool:
        """Send the last payment again, under its key: nothing may move."""
        if self.last is None:
            return False
        payer, payee, amount, request = self.last
        booked = transfers.transfer(
            payer=payer, payee=payee, amount=amount, actor=self.actor(payer), request=request
        )
        self.tally.repeats_that_moved += not booked.replayed
        return True

    def place(self) -> bool:
        """Lock money for somebody."""
        payer, payee, amount, request = self.payment()
        booked = holds.place_hold(
            payer=payer,
            payee=payee,
            amount=amount,
            purpose="drill",
            actor=self.actor(payer),
            request=request,
        )
        self.ack(booked, request)
        OPEN_HOLDS.append(booked.transaction.holds.get().pk)
        return True

    def capture(self) -> bool:
        """Pay out all or part of a hold, which another client may be ending too."""
        hold = self.some_hold()
        if hold is None:
            return False
        currency = hold.wallet.currency_id
        whole = quantize(hold.amount, hold.wallet.decimals)
        part = self.random.choice([whole, self.amount(currency)])
        request = self.request(hold.wallet)
        self.ack(
            holds.capture(
                hold=hold,
                amount=Money(part, currency),
                actor=self.actor(hold.wallet),
                request=request,
            ),
            request,
        )
        return True

    def void(self) -> bool:
        """Let a hold go, which another client may be ending too."""
        hold = self.some_hold()
        if hold is None:
            return False
        request = self.request(hold.wallet)
        self.ack(holds.void(hold=hold, actor=self.actor(hold.wallet), request=request), request)
        return True

    def read(self) -> bool:
        """Read every wallet in one snapshot: the totals never change, nothing is below zero."""
        rows = (
            Wallet.objects.filter(
                pk__in=[pk for some in self.orders.wallets.values() for pk in some]
            )
            .values("currency_id")
            .annotate(whole=Sum("total"), a=Min("available"), h=Min("held"), k=Min("locked"))
        )
        seen = {row["currency_id"]: row for row in rows}
        self.tally.wrong_totals += self.orders.totals != {c: r["whole"] for c, r in seen.items()}
        self.tally.negative_seen += any(min(r["a"], r["h"], r["k"]) < 0 for r in seen.values())
        return True

    def some_hold(self) -> Hold | None:
        """Pick an open hold; one in four is left for another client to pick as well."""
        if not OPEN_HOLDS:
            return None
        try:
            place = self.random.randrange(len(OPEN_HOLDS))
            is_shared = self.random.random() < 0.25
            pk = OPEN_HOLDS[place] if is_shared else OPEN_HOLDS.pop(place)
            self.picked = None if is_shared else pk
        except (IndexError, ValueError):
            return None  # another thread was faster
        return Hold.objects.select_related("wallet", "transaction__payee_wallet").get(pk=pk)

    def payment(self) -> tuple[Wallet, Wallet, Money, MoneyRequest]:
        """Think of a payment between two of the wallets."""
        currency = self.random.choice(sorted(self.wallets))
        payer, payee = self.random.sample(self.wallets[currency], 2)
        return payer, payee, Money(self.amount(currency), currency), self.request(payer)

    def amount(self, currency: str) -> Decimal:
        """Think of an amount: mostly small, sometimes more than there is."""
        size = LARGEST[currency]
        for _ in range(3):
            size = self.random.randint(1, size)
        return SMALLEST[currency] * size

    def request(self, payer: Wallet) -> MoneyRequest:
        """Name a new request."""
        self.number += 1
        key = f"{self.orders.run}-{self.orders.client}-{self.number}"
        if payer.owner_id is None:
            raise ValueError("the drill uses customers' wallets only")
        return MoneyRequest(payer.owner_id, key, hashlib.sha256(key.encode()).digest())

    def actor(self, payer: Wallet) -> Actor:
        """Act as the payer."""
        return Actor(kind="customer", user_id=payer.owner_id, request_id=self.orders.run)

    def ack(self, booked: Booked, request: MoneyRequest) -> Any:
        """Remember what was promised to be done."""
        self.tally.acked.append(request.key)
