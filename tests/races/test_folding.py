"""Many book on one folded wallet while many fold it: every posting is folded once, none never."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection, transaction

from coinhub.core.actor import system
from coinhub.core.errors import DomainError
from coinhub.drills import crowd
from integrity.services.check import check
from tests.by_owner import commit_transaction
from tests.conftest import make_customer, wallet_of
from tests.wallets.horizon import settle
from tests.wallets.relations import assert_agree, balances
from wallets.ledger.wallets import open_wallet
from wallets.models import Fold, Posting

pytestmark = pytest.mark.slow
FOLD = "SELECT postings FROM fold_wallet_v1(%s, 0::smallint)"
POST = """
SELECT journal_id FROM post_journal_v1(
    %s::smallint, %s::bigint, 'fee', %s::text, %s::bigint[], %s::smallint[], %s::text[],
    %s::numeric[])
"""
FOLDERS, PAYERS, PAYMENTS = 4, 12, 25


@dataclass(frozen=True)
class Order:
    """What one client does: pay so often into the folded wallet, or fold it for a while."""

    seed: int
    fees: int
    payer: tuple[int, int]  # id, shard
    transaction: int
    payments: int


def work(order: Order) -> Decimal:
    """Pay, some payments with a pause before the commit, some taken back; or fold, if told so."""
    if not order.payments:
        return fold_for_a_while(order.fees)
    chance, kept = random.Random(order.seed), Decimal(0)  # noqa: S311  # repeatable
    for number in range(order.payments):
        amount = Decimal(chance.randint(1, 100)).scaleb(-2)
        gives_back = chance.random() < 0.2
        try:
            with transaction.atomic():
                pay(order, f"{order.seed}-{number}", -amount if gives_back else amount)
                time.sleep(chance.choice((0, 0, 0.002, 0.02)))
                if chance.random() < 0.2:
                    raise TakenBackError
            kept += -amount if gives_back else amount
        except (TakenBackError, DomainError):
            continue
        except Exception as error:
            if "not enough" not in str(error):
                raise
    return kept


class TakenBackError(Exception):
    """The client thinks better of it."""


def pay(order: Order, key: str, amount: Decimal) -> None:
    """Move an amount from the payer to the folded wallet, or back."""
    wallet, shard = order.payer
    with connection.cursor() as cursor:
        cursor.execute(
            POST,
            [
                shard,
                order.transaction,
                f"race-{key}",
                [wallet, order.fees],
                [shard, 0],
                ["available", "available"],
                [-amount, amount],
            ],
        )


def fold_for_a_while(wallet: int) -> Decimal:
    """Fold again and again; some folds are broken off before their commit."""
    end, postings = time.monotonic() + 4, 0
    while time.monotonic() < end:
        with connection.cursor() as cursor:
            if random.random() < 0.3:  # noqa: S311  # a crash between
                transaction.set_autocommit(False)
                cursor.execute(FOLD, [wallet])
                transaction.rollback()
                transaction.set_autocommit(True)
            else:
                cursor.execute(FOLD, [wallet])
                postings += cursor.fetchone()[0]
        time.sleep(0.003)
    return Decimal(postings)


def test_many_folders_among_late_and_broken_commits_take_each_posting_once(
    database_url: str, no_deadlock: Callable[[], bool]
) -> None:
    fees = open_wallet(owner_id=None, currency="GBP", code=f"R.{uuid4().hex[:12]}", folded=True)[0]
    orders = [Order(seed, fees.pk, (0, 0), 0, 0) for seed in range(FOLDERS)]
    for seed in range(PAYERS):
        payer = wallet_of(make_customer(), funded="500.00")
        given = commit_transaction(payer, fees, kind="import", state="completed")
        orders.append(Order(seed, fees.pk, (payer.pk, payer.shard), given, PAYMENTS))

    done = crowd.run(work, orders, processes=4, database_url=database_url)

    booked = sum(done[FOLDERS:], Decimal(0))
    postings = Posting.objects.filter(wallet=fees)
    assert balances(fees)[0] == booked
    assert_agree(fees)
    settle(fees)
    fold_once(fees.pk)
    fees.refresh_from_db()
    assert (fees.available, fees.version) == (booked, postings.count())
    assert Fold.objects.filter(wallet=fees).count() > 1, "nothing was folded meanwhile"
    assert sum(Fold.objects.filter(wallet=fees).values_list("postings", flat=True)) == fees.version
    assert_agree(fees)
    assert check(actor=system("test"), trigger="command").findings == []
    assert no_deadlock()


def fold_once(wallet: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(FOLD, [wallet])
