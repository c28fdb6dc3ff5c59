"""The history of a wallet: its postings with running balances, and statements of a period."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from coinhub.core.money import CONTEXT
from wallets.models import BalanceType, Posting, Transaction, Wallet
from wallets.selectors.balances import Balances, find_seq, get_balances
from wallets.selectors.pages import Page, Window, cut

CHUNK = 500  # rows of a streamed statement read at once
TICK = timedelta(microseconds=1)  # the resolution of the database's clock


@dataclass(frozen=True, slots=True)
class Entry:
    """One posting of a wallet and the wallet's total right after it."""

    posting: Posting
    total_after: Decimal

    @property
    def seq(self) -> int:
        """Give its place in the wallet's history."""
        return self.posting.seq or 0  # never empty: wallets of customers are not folded

    @property
    def amount(self) -> Decimal:
        """Give the signed amount on its balance."""
        amount: Decimal = self.posting.amount
        return amount

    @property
    def balance_type(self) -> str:
        """Say which balance moved."""
        return self.posting.balance_type

    @property
    def balance_after(self) -> Decimal | None:
        """Give the running balance of the balance that moved."""
        balance: Decimal | None = self.posting.balance_after
        return balance

    @property
    def booked_at(self) -> datetime:
        """Say when it was recorded."""
        return self.posting.journal.booked_at

    @property
    def transaction(self) -> Transaction:
        """Give the operation it belongs to."""
        return self.posting.journal.transaction


@dataclass(frozen=True, slots=True)
class Statement:
    """A wallet's history from one moment (included) to another (not included)."""

    wallet: Wallet
    begin: datetime
    end: datetime
    opening: Balances
    closing: Balances


def list_entries(
    wallet: Wallet, window: Window | None = None, *, statement: Statement | None = None
) -> Page[Entry]:
    """List a wallet's postings by number, newest first; only a statement's if one is given."""
    window = window or Window()
    postings = _postings(wallet)
    if statement is not None:
        postings = postings.filter(seq__gt=statement.opening.seq, seq__lte=statement.closing.seq)
    if window.after is not None:
        postings = postings.filter(seq__gt=window.after).order_by("seq")
    elif window.before is not None:
        postings = postings.filter(seq__lt=window.before).order_by("-seq")
    else:
        postings = postings.order_by("-seq")
    rows = list(postings[: window.rows + 1])
    page = cut(rows, [row.seq or 0 for row in rows], window)
    if not page.rows:
        return Page([], None, None)
    after = get_balances(wallet, seq=page.rows[0].seq or 0).total
    return Page(list(_downwards(page.rows, after)), page.older, page.newer)


def get_statement(wallet: Wallet, *, begin: datetime, end: datetime) -> Statement:
    """Give the frame of a statement: the balances it opens and closes with.

    Units:  ``begin`` is included, ``end`` is not.
    """
    first, last = find_seq(wallet, begin - TICK), find_seq(wallet, end - TICK)
    opening = get_balances(wallet, seq=first)
    return Statement(wallet, begin, end, opening, get_balances(wallet, seq=max(first, last)))


def iterate_entries(statement: Statement) -> Iterator[Entry]:
    """Give all entries of a statement, oldest first, reading a few at a time."""
    seq, total = statement.opening.seq, statement.opening.total
    while seq < statement.closing.seq:
        postings = _postings(statement.wallet).filter(
            seq__gt=seq, seq__lte=min(seq + CHUNK, statement.closing.seq)
        )
        for posting in postings.order_by("seq"):
            total = CONTEXT.add(total, _change_of_total(posting))
            yield Entry(posting, total)
        seq += CHUNK


def _postings(wallet: Wallet) -> QuerySet[Posting, Any]:
    return Posting.objects.filter(wallet=wallet, shard=wallet.shard).select_related(
        "journal__transaction__currency",
        "journal__transaction__payer_wallet__owner",
        "journal__transaction__payee_wallet__owner",
    )


def _downwards(postings: list[Posting], total: Decimal) -> Iterator[Entry]:
    """Walk from the newest posting down, taking back what each did to the total."""
    for posting in postings:
        yield Entry(posting, total)
        total = CONTEXT.subtract(total, _change_of_total(posting))


def _change_of_total(posting: Posting) -> Decimal:
    return Decimal(0) if posting.balance_type == BalanceType.INVESTED else posting.amount
