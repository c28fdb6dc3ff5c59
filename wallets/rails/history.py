"""History files of other systems, read row by row into entries that a ledger could book.

Two forms, recognised by their header: *account history* (one account's row with the balance after
it) and *legs* (transactions of many lines that sum to zero). Plain or gzip, UTF-8, commas.
"""

import csv
import gzip
import hashlib
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Protocol

from coinhub.core.money import CONTEXT

_AMOUNT = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,18})?\Z", re.ASCII)
_WHOLE = re.compile(r"-?[0-9]{1,28}\Z", re.ASCII)


class FileUnusable(Exception):
    """The file is not there, or is no history file."""


class RowRefused(Exception):
    """A row is not what it should be; the words say why."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One journal to be: signed amounts on outside accounts, ``None`` being everything else.

    ``account`` and ``balance_after`` are what the other system says of the account after the row;
    ``rounding`` is the part of the amounts that corrects what it printed.
    """

    row: int
    key: str
    legs: tuple[tuple[str | None, Decimal], ...]
    reference: str
    value_date: date
    fingerprint: bytes
    note: str = ""
    account: str | None = None
    balance_after: Decimal | None = None
    rounding: Decimal = Decimal(0)
    details: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that cannot be booked, and why; or the earlier row of its account that could not."""

    row: int
    reason: str
    account: str | None = None
    follows: int | None = None


def refusal_after(row: int, account: str, refused: int) -> Refusal:
    """Refuse a row because an earlier one of its account was: it continues that one's balance."""
    return Refusal(row, f"follows row {refused}, which was refused", account, refused)


class Form(Protocol):
    """How the rows of one kind of file become entries."""

    name: str
    columns: frozenset[str]
    currency: str

    def entries(self, rows: Iterator[tuple[int, dict[str, str]]]) -> Iterator[Entry | Refusal]:
        """Turn numbered rows into entries, in their order."""
        ...


@contextmanager
def open_rows(path: Path) -> Iterator[tuple[list[str], Iterator[tuple[int, dict[str, str]]]]]:
    """Open a file and give the names of its columns and its rows, numbered from 1.

    Raises: FileUnusable.
    """
    try:
        with path.open("rb") as start:
            is_gzip = start.read(2) == b"\x1f\x8b"
        opened = gzip.open if is_gzip else open
        text = opened(path, "rt", encoding="utf-8-sig", newline="")
    except OSError as failure:
        raise FileUnusable(f"{path}: {failure.strerror or failure}") from None
    with text:
        lines = csv.reader(text, strict=True)
        try:
            header = next(lines, [])
        except (OSError, EOFError, zlib.error, UnicodeDecodeError, csv.Error) as failure:
            raise FileUnusable(f"{path}: {failure}") from None
        yield header, _numbered(header, lines)


def _numbered(
    header: list[str], lines: Iterator[list[str]]
) -> Iterator[tuple[int, dict[str, str]]]:
    for number, cells in enumerate(lines, start=1):
        # A row of another length keeps its number and is refused when its cells are read.
        yield number, dict(zip(header, cells, strict=False)) if len(cells) == len(header) else {}


def read(form: Form, rows: Iterator[tuple[int, dict[str, str]]]) -> Iterator[Entry | Refusal]:
    """Read entries to the end of the file, or to where it cannot be read any further."""
    place = 0

    def watched() -> Iterator[tuple[int, dict[str, str]]]:
        nonlocal place
        for number, cells in rows:
            place = number
            yield number, cells

    try:
        yield from form.entries(watched())
    except (OSError, EOFError, zlib.error, UnicodeDecodeError, csv.Error) as failure:
        yield Refusal(place + 1, f"the file cannot be read from here on: {failure}")


def cell(cells: dict[str, str], name: str) -> str:
    """Give one cell.

    Raises: RowRefused when the row has not the columns of the header.
    """
    try:
        return cells[name]
    except KeyError:
        raise RowRefused("the row has not as many cells as the header") from None


def amount(cells: dict[str, str], name: str) -> Decimal:
    """Read an amount in units of the currency.

    Raises: RowRefused.
    """
    text = cell(cells, name)
    if not _AMOUNT.match(text):
        raise RowRefused(f"{name} is not an amount: {text[:40]!r}")
    return Decimal(text)


def whole(cells: dict[str, str], name: str) -> int:
    """Read a whole number.

    Raises: RowRefused.
    """
    text = cell(cells, name)
    if not _WHOLE.match(text):
        raise RowRefused(f"{name} is not a whole number: {text[:40]!r}")
    return int(text)


def fingerprint(*rows: dict[str, str]) -> bytes:
    """Give the SHA-256 of what the file says, so that the same key with other words is noticed."""
    words = "\x1e".join("\x1f".join(row.values()) for row in rows)
    return hashlib.sha256(words.encode()).digest()


def named(*parts: str) -> str:
    """Join what names an entry within its file into at most 64 visible characters."""
    name = ":".join(parts)
    if len(name) <= 64 and name.isascii() and name.isprintable() and " " not in name:
        return name
    return hashlib.sha256(name.encode()).hexdigest()


def add(left: Decimal, right: Decimal) -> Decimal:
    """Add exactly."""
    return CONTEXT.add(left, right)
