"""While eight processes pay, place, capture and void, the check raises no false alarm."""

import multiprocessing
import random
import time
from multiprocessing.synchronize import Event

from django.db import connections

from coinhub.core.actor import system
from integrity.models import Run
from integrity.services.check import Scope, check
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


def test_no_false_alarm_in_fifty_checks(copy):
    people = [make_customer(f"load-{number}") for number in range(6)]
    purses = [wallet_of(person, funded="20.00").pk for person in people]
    before = Journal.objects.count()
    for alias in ALIASES:
        connections[alias].close()
    forks = multiprocessing.get_context("fork")
    stop = forks.Event()
    workers = [
        forks.Process(target=pay_until, args=(stop, seed, purses), daemon=True)
        for seed in range(PROCESSES)
    ]
    for worker in workers:
        worker.start()
    try:
        started, done = time.monotonic(), 0
        while done < CHECKS and time.monotonic() - started < LONGEST_S:
            scope = Scope(people[done % 6].pk) if done % 5 == 4 else Scope()
            checked = check(actor=system("test"), trigger=Run.Trigger.COMMAND, scope=scope)
            assert checked.findings == []
            done += 1
        booked = Journal.objects.count() - before
    finally:
        stop.set()
        for worker in workers:
            worker.join(20)
    assert done == CHECKS
    assert booked > CHECKS, "the processes booked too little for this to prove anything"
    assert [worker.exitcode for worker in workers] == [0] * PROCESSES
    assert check(actor=system("test"), trigger=Run.Trigger.COMMAND).is_healthy
