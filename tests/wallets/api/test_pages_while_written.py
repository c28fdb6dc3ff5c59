"""Reading all pages while others write neither repeats nor loses what was there at the start."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

from django.db import connections

from coinhub.core.actor import system
from tests.api_client import Caller
from tests.conftest import gbp, make_customer, wallet_of
from tests.size import many
from wallets.models import Transaction
from wallets.services import transfers

RECORDS = many(120, 10_000)
WRITERS = many(8, 50)
PAGE = many(7, 100)


def pay(payer, payee):
    transfers.transfer(payer=payer, payee=payee, amount=gbp("0.01"), actor=system())


def write_until(over, payer, payee):
    """Pay again and again, and at least once, on a connection of one's own."""
    made = 0
    try:
        while not made or not over.is_set():
            pay(payer, payee)
            made += 1
    finally:
        connections.close_all()
    return made


def walk(caller, path, name):
    """Read page after page to the end, and name every row."""
    found, cursor = [], None
    while True:
        query = {"limit": PAGE, **({"cursor": cursor} if cursor else {})}
        page = caller.get(path, **query).json()
        found += [row[name] for row in page["results"]]
        cursor = page["next"]
        if cursor is None:
            return found


def test_pages_are_whole_while_others_write(committed_db):
    payee = wallet_of(make_customer("reader"))
    payers = [wallet_of(make_customer(), funded="1000.00") for _ in range(WRITERS)]
    for number in range(RECORDS):
        pay(payers[number % WRITERS], payee)
    due = {
        str(name)
        for name in Transaction.objects.filter(payee_wallet=payee).values_list(
            "public_id", flat=True
        )
    }
    caller, over = Caller(payee.owner), Event()
    with ThreadPoolExecutor(WRITERS) as pool:
        writers = [pool.submit(write_until, over, payer, payee) for payer in payers]
        try:
            transactions = walk(caller, "transactions", "id")
            entries = walk(caller, f"wallets/{payee.public_id}/entries", "seq")
        finally:
            over.set()
        written = sum(writer.result() for writer in writers)
    assert written >= WRITERS
    assert len(transactions) == len(set(transactions))
    assert due <= set(transactions)
    assert entries == list(range(entries[0], 0, -1))
    assert len(entries) >= RECORDS
