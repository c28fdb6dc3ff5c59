"""What a fee to one wallet of the house costs, while that is folded as the schedule folds it."""

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import connections

from coinhub.bench import pgbench, rows
from coinhub.bench.clients import WARM_UP_S
from coinhub.bench.rows import Row
from coinhub.bench.stage import Stage
from wallets.selectors import house

CLIENTS = 16
FOLD_EVERY_S = 1.0
FOLD = "SELECT fold_wallet_v1(%s, 0::smallint)"


def measure(
    place: Stage, *, database_url: str, rounds: int, seconds: float, order: rows.Order
) -> Row:
    """Measure journals with a fee leg against the same without."""
    wallet = house.get_house_wallet("R.FEE.TRF", "GBP").pk
    connections.close_all()
    rates: dict[str, list[float]] = defaultdict(list)
    for number in range(rounds + 1):
        for script in order(("post_journal", "post_fee"), number):
            with folded_meanwhile(database_url, wallet):
                rate = pgbench.rate(
                    f"{script}.pgbench",
                    database_url=database_url,
                    clients=CLIENTS,
                    seconds=seconds if number else WARM_UP_S,
                    variables={**place.variables, "fees": wallet, "round": 2000 + number, "n": 0},
                )
            if number:
                rates[script].append(rate)
    words = f"a fee to one wallet of the house, {CLIENTS} clients, against the same without"
    return rows.against(words, rates["post_fee"], rates["post_journal"], rows.FEE_REACH)


@contextmanager
def folded_meanwhile(database_url: str, wallet: int) -> Iterator[None]:
    """Fold the wallet again and again as long as something is measured."""
    over = threading.Event()
    thread = threading.Thread(target=_fold_until, args=(over, database_url, wallet))
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _fold_until(over: threading.Event, database_url: str, wallet: int) -> None:
    with psycopg.connect(database_url, autocommit=True) as session:
        while True:
            is_last = over.wait(FOLD_EVERY_S)
            session.execute(FOLD, [wallet])
            if is_last:
                return
