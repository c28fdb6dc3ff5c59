"""Balances at any past moment, by posting number or by time."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection

from coinhub.core.db import sql_file
from coinhub.core.money import total
from wallets.models import Wallet

BALANCES_AT = sql_file("wallets/sql/queries/balances_at.sql")
SEQ_AT = "SELECT wallet_seq_at_v1(%s::bigint, %s::smallint, %s::timestamptz)"


@dataclass(frozen=True, slots=True)
class Balances:
    """What was in a wallet right after its posting number ``seq``; 0 is before the first."""

    seq: int
    available: Decimal
    held: Decimal
    locked: Decimal
    invested: Decimal

    @property
    def total(self) -> Decimal:
        """Add up what is the customer's and not invested."""
        return total((self.available, self.held, self.locked))


def get_balances(wallet: Wallet, *, seq: int) -> Balances:
    """Give the balances of a wallet right after one of its postings."""
    with connection.cursor() as cursor:
        cursor.execute(BALANCES_AT, {"wallet": wallet.pk, "shard": wallet.shard, "seq": seq})
        available, held, locked, invested = cursor.fetchone()
    return Balances(seq, available, held, locked, invested)


def get_balances_at(wallet: Wallet, moment: datetime) -> Balances:
    """Give the balances of a wallet as they were at a moment, postings booked then included."""
    return get_balances(wallet, seq=find_seq(wallet, moment))


def read_clock() -> datetime:
    """Give the moment up to which everything committed is booked: the database's own.

    A host whose clock runs behind would leave the newest postings out.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def find_seq(wallet: Wallet, moment: datetime) -> int:
    """Give the number of a wallet's newest posting booked at or before a moment."""
    with connection.cursor() as cursor:
        cursor.execute(SEQ_AT, [wallet.pk, wallet.shard, moment])
        return int(cursor.fetchone()[0])
