"""Account history: each row is one booking on one account, with the balance after it."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from wallets.rails.history import (
    Entry,
    Refusal,
    RowRefused,
    add,
    amount,
    cell,
    fingerprint,
    named,
    refusal_after,
    whole,
)

SIGNS = {"credit": 1, "debit": -1}
OPTIONAL = ("type", "operation", "k_symbol", "partner_bank", "partner_account")


class AccountHistory:
    """Reads rows that state the balance of their account after them.

    Each row continues the one before: ``seq`` counts 1, 2, 3 within an account, and the balance
    after a row is the one before it plus or minus ``amount`` plus ``rounding``.
    """

    name = "account"
    currency = "CZK"
    columns = frozenset(
        {
            "account_id",
            "seq",
            "trans_id",
            "date",
            "direction",
            "amount",
            "rounding",
            "balance_after",
        }
    )

    def __init__(self) -> None:
        """Start before the first row of every account."""
        self._before: dict[str, tuple[int, Decimal]] = {}
        self._broken: dict[str, int] = {}

    def entries(self, rows: Iterator[tuple[int, dict[str, str]]]) -> Iterator[Entry | Refusal]:
        """Turn each row into an entry, or say why not."""
        for number, cells in rows:
            account = cells.get("account_id", "")
            if account in self._broken:
                yield refusal_after(number, account, self._broken[account])
                continue
            try:
                yield self._entry(number, cells)
            except RowRefused as refusal:
                if account:
                    self._broken.setdefault(account, number)
                yield Refusal(number, str(refusal), account or None)

    def _entry(self, number: int, cells: dict[str, str]) -> Entry:
        account = cell(cells, "account_id")
        if not account or len(account) > 60:
            raise RowRefused("account_id is empty or longer than 60 characters")
        moved, rounding = _moved(cells), amount(cells, "rounding")
        balance = self._continue(account, whole(cells, "seq"), add(moved, rounding), cells)
        legs: list[tuple[str | None, Decimal]] = []
        for part in (moved, rounding):
            if part:
                legs += [(account, part), (None, -part)]
        return Entry(
            row=number,
            key=named(account, cells["seq"]),
            legs=tuple(legs),
            reference=cell(cells, "trans_id")[:140],
            value_date=_day(cell(cells, "date")),
            fingerprint=fingerprint(cells),
            note=(cells.get("operation") or cells.get("k_symbol") or cells.get("type") or "")[:140],
            account=account,
            balance_after=balance,
            rounding=rounding,
            details={name: cells[name] for name in OPTIONAL if cells.get(name)},
        )

    def _continue(self, account: str, seq: int, change: Decimal, cells: dict[str, str]) -> Decimal:
        before_seq, before = self._before.get(account, (0, Decimal(0)))
        balance = amount(cells, "balance_after")
        if seq != before_seq + 1:
            raise RowRefused(f"seq is {seq} after {before_seq}: rows are missing or out of order")
        if add(before, change) != balance:
            raise RowRefused(
                f"does not add up: {before} before and {change} moved make {add(before, change)},"
                f" not {balance}"
            )
        self._before[account] = seq, balance
        return balance


def _moved(cells: dict[str, str]) -> Decimal:
    direction = cell(cells, "direction")
    if direction not in SIGNS:
        raise RowRefused(f"direction is neither credit nor debit: {direction[:40]!r}")
    size = amount(cells, "amount")
    if size < 0:
        raise RowRefused("amount is below zero; the direction says which way it goes")
    return size * SIGNS[direction]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise RowRefused(f"date is not a day such as 1993-01-04: {text[:40]!r}") from None
