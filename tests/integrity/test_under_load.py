"""While eight processes pay, place, capture and void, the check raises no false alarm."""

import multiprocessing
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.synchronize import Event

from django.db import connections

from coinhub.core.actor import system
from integrity.models import Run
from integrity.services.check import Checked, Scope, check
from integrity.services.repair import repair_all
from tests.conftest import gbp, make_customer, wallet_of
from tests.integrity.conftest import ALIASES
from wallets.ledger.errors import InsufficientFunds
from wallets.models import Hold, Journal, Wallet
from wallets.services import holds, transfers

PROCESSES = 8
CHECKS = 50
LONGEST_S = 90


def pay_until(stop: Event, seed: int, wallet_ids: list[int]) -> None:
    """Transfers and holds between few wallets, as fast as one process can."""
    for alias in ALIASES:  # a connection must not be shared with the parent
        connections[alias].inc_thread_sharing()
        connections[alias].connection = None
    chance, actor = random.Random(seed), system("load")  # noqa: S311 - a load, no secret
    purses = list(Wallet.objects.filter(pk__in=wallet_ids))
    while not stop.is_set():
        payer, payee = chance.sample(purses, 2)
        amount = gbp(f"{chance.randint(1, 400) / 100:.2f}")
        try:
            if chance.random() < 0.6:
                transfers.transfer(payer=payer, payee=payee, amount=amount, actor=actor)
                continue
            booked = holds.place_hold(
                payer=payer, payee=payee, amount=amount, purpose="order", actor=actor
            )
            hold = Hold.objects.get(transaction=booked.transaction)
            if chance.random() < 0.5:
                holds.capture(hold=hold, amount=gbp("0.01"), actor=actor)
            else:
                holds.void(hold=hold, actor=actor)
        except InsufficientFunds:
            continue


@contextmanager
def load(processes: int) -> Iterator[list[int]]:
    """Let processes book between six purses; gives the wallets' ids."""
    people = [make_customer(f"load-{number}") for number in range(6)]
    purses = [wallet_of(person, funded="20.00").pk for person in people]
    for alias in ALIASES:
        connections[alias].close()
    forks = multiprocessing.get_context("fork")
    stop = forks.Event()
    workers = [
        forks.Process(target=pay_until, args=(stop, seed, purses), daemon=True)
        for seed in range(processes)
    ]
    for worker in workers:
        worker.start()
    try:
        yield purses
    finally:
        stop.set()
        for worker in workers:
            worker.join(20)
    assert [worker.exitcode for worker in workers] == [0] * processes


def judge(scope: Scope | None = None) -> Checked:
    return check(actor=system("test"), trigger=Run.Trigger.COMMAND, scope=scope)


def test_no_false_alarm_in_fifty_checks(copy):
    with load(PROCESSES) as purses:
        before, started, done = Journal.objects.count(), time.monotonic(), 0
        owners = list(Wallet.objects.filter(pk__in=purses).values_list("owner_id", flat=True))
        while done < CHECKS and time.monotonic() - started < LONGEST_S:
            checked = judge(Scope(owners[done % 6]) if done % 5 == 4 else Scope())
            assert checked.findings == []
            done += 1
        booked = Journal.objects.count() - before
    assert done == CHECKS
    assert booked > CHECKS, "the processes booked too little for this to prove anything"
    assert judge().is_healthy


def test_rows_are_repaired_while_others_are_paid_from(copy, plant):
    repaired = 0
    with load(4) as purses:
        for wallet_id in [copy.alice_gbp, copy.bob_gbp, copy.carol_gbp] * 2:
            plant(
                "UPDATE wallets_wallet SET available = available + 1 WHERE id = %(w)s", w=wallet_id
            )
            results = repair_all(actor=system("test"), apply=True)
            repaired += sum(result.changed for result in results)
    assert repaired == 6
    assert judge().is_healthy
    assert sum(Wallet.objects.filter(pk__in=purses).values_list("total", flat=True)) == 120


def test_a_wrong_row_that_was_paid_from_is_left_to_people(copy, plant):
    """The next posting is stamped from the wrong row: from then on the history itself is wrong."""
    plant("UPDATE wallets_wallet SET available = available + 1 WHERE id = %(w)s", w=copy.alice_gbp)
    alice, bob = Wallet.objects.get(pk=copy.alice_gbp), Wallet.objects.get(pk=copy.bob_gbp)
    transfers.transfer(payer=alice, payee=bob, amount=gbp("1.00"), actor=system("test"))
    (result,) = repair_all(actor=system("test"), apply=True)
    assert result.refused == "the running balances do not chain"
    assert not judge().is_healthy
