"""The drill ``bank``: many clients on few wallets near zero, and reads that must always add up.

Transfers, holds, captures, voids and repeated requests move money between the drill's own wallets
only, so every read of all of them in one snapshot must give the same total.
"""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from threading import Event, Thread
from typing import Any
from uuid import uuid4

from django.db import connection

from coinhub.cli.console import progress
from coinhub.core.actor import system
from coinhub.core.money import Money
from coinhub.drills import crowd, invariants
from coinhub.drills.bank_client import Orders, Tally, work
from coinhub.users.models import User
from kyc.services import take_over
from wallets.models import IdempotencyKey, Wallet
from wallets.services import payments, wallets

CLIENTS = 64
WALLETS = 8  # in each currency
FUNDS = {"GBP": (Decimal("0.50"), Decimal("25.00")), "BTC": (Decimal("0.01"), Decimal("0.20"))}
TELL_EVERY_S = 10.0
STATISTICS_DELAY_S = 1.5  # the server counts deadlocks for others to see once in a second


@dataclass(frozen=True)
class Plan:
    """How hard and how long."""

    seconds: float = 60.0
    seed: int = 1
    clients: int = CLIENTS
    processes: int = 4


def run(plan: Plan | None = None, *, database_url: str | None = None) -> dict[str, Any]:
    """Run the drill and give its result; it commits fresh people and wallets of its own.

    Writes: User, Case, Wallet and what the clients book.
    """
    plan = plan or Plan()
    name = f"bank-{uuid4().hex[:12]}"
    bank = open_bank(name)
    totals = {code: sum((w.total for w in bank[code]), Decimal(0)) for code in bank}
    deadlocks = count_deadlocks()
    orders = [
        Orders(
            run=name,
            client=number,
            seed=f"{plan.seed}:{number}",
            seconds=plan.seconds,
            wallets={code: [w.pk for w in bank[code]] for code in bank},
            totals=totals,
        )
        for number in range(plan.clients)
    ]
    started = time.monotonic()
    with told_meanwhile(owners_of(bank)):
        tallies = crowd.run(work, orders, processes=plan.processes, database_url=database_url)
    seconds = time.monotonic() - started
    time.sleep(STATISTICS_DELAY_S)
    return judge(plan, tallies, seconds, count_deadlocks() - deadlocks, owners_of(bank))


@contextmanager
def told_meanwhile(owners: list[Any]) -> Iterator[None]:
    """Tell every few seconds how many payments were booked."""
    is_over = Event()

    def tell() -> None:
        try:
            while not is_over.wait(TELL_EVERY_S):
                booked = IdempotencyKey.objects.filter(caller__in=owners).count()
                progress(f"{booked:,} booked so far")
        finally:
            connection.close()  # this thread's own

    teller = Thread(target=tell, daemon=True)
    teller.start()
    try:
        yield
    finally:
        is_over.set()
        teller.join()


def open_bank(name: str) -> dict[str, list[Wallet]]:
    """Make customers with a wallet in each currency, half of them with hardly anything in it."""
    bank: dict[str, list[Wallet]] = {code: [] for code in FUNDS}
    for number in range(WALLETS):
        user = User(external_ref=f"{name}:{number}", name=f"Drill {number}")
        user.set_unusable_password()
        user.save()
        take_over.take_over(customer_ids=[user.pk])
        for code, sizes in FUNDS.items():
            wallet = wallets.open_wallet(owner_id=user.pk, currency=code)
            payments.credit(payee=wallet, amount=Money(sizes[number % 2], code), actor=system(name))
            wallet.refresh_from_db()
            bank[code].append(wallet)
    return bank


def owners_of(bank: dict[str, list[Wallet]]) -> list[Any]:
    """Give the customers of the drill."""
    return sorted({wallet.owner_id for some in bank.values() for wallet in some}, key=str)


def count_deadlocks() -> int:
    """Ask the server how many deadlocks it has broken in this database, ever."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def judge(
    plan: Plan, tallies: Sequence[Tally], seconds: float, deadlocks: int, owners: list[Any]
) -> dict[str, Any]:
    """Add up what the clients saw and compare it with what the database holds."""
    done, refused = Counter[str](), Counter[str]()
    acked: set[str] = set()
    for tally in tallies:
        done.update(tally.done)
        refused.update(tally.refused)
        acked.update(tally.acked)
    kept = set(IdempotencyKey.objects.filter(caller__in=owners).values_list("key", flat=True))
    promises = invariants.broken()
    must_be_zero = {
        "wrong_totals": sum(tally.wrong_totals for tally in tallies),
        "negative_seen": sum(tally.negative_seen for tally in tallies),
        "repeats_that_moved": sum(tally.repeats_that_moved for tally in tallies),
        "unavailable": refused.get("TRY_AGAIN", 0),
        "deadlocks": deadlocks,
        "acked_but_missing": len(acked - kept),
        "refused_but_booked": len(kept - acked),
        "broken_invariants": sum(promises.values()),
    }
    return {
        "name": "bank",
        "ok": not any(must_be_zero.values()) and done.total() > 0,
        "seed": plan.seed,
        "clients": plan.clients,
        "seconds": round(seconds, 1),
        "operations": done.total() + refused.total(),
        "done": dict(sorted(done.items())),
        "refused": dict(sorted(refused.items())),
        "must_be_zero": must_be_zero,
        "invariants": promises,
    }
