"""A wallet's statement as a file."""

import csv
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.http import HttpRequest, StreamingHttpResponse

from coinhub.core.money import amount_text
from coinhub.web.pages import Page, reader_of
from wallets.models import Wallet
from wallets.selectors import statements, wallets
from wallets.selectors.balances import read_clock
from wallets.web.lines import title

COLUMNS = (
    "date",
    "booked",
    "what",
    "note",
    "balance_type",
    "amount",
    "balance_after",
    "total_after",
    "currency",
)
FORMULA = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    *"＝＋－＠",
)  # how a cell starts that a spreadsheet would execute


class Echo:
    """A file that gives every line back instead of keeping it."""

    def write(self, line: str) -> str:
        """Give the line back."""
        return line


class WalletCsv(Page):
    """``/wallets/{id}/statement.csv``: the whole history, oldest first."""

    def get(self, request: HttpRequest, public_id: UUID) -> StreamingHttpResponse:
        """Stream it."""
        reader = reader_of(request)
        wallet = wallets.get_wallet(reader, public_id)
        name = f"coinhub-{wallet.currency_id}-statement.csv"
        return StreamingHttpResponse(
            rows(wallet, reader, read_clock()),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


def rows(wallet: Wallet, reader: UUID, now: datetime) -> Iterator[str]:
    """Write the whole history posting by posting; words are never a formula."""
    writer = csv.writer(Echo())
    yield writer.writerow(COLUMNS)
    statement = statements.get_statement(wallet, begin=wallet.opened_at, end=now)
    for entry in statements.iterate_entries(statement):
        txn = entry.transaction
        yield writer.writerow(
            (
                entry.posting.journal.value_date.isoformat(),
                entry.booked_at.isoformat(),
                safe(title(txn, reader)),
                safe(txn.note or txn.reference),
                entry.balance_type,
                amount_text(entry.amount, wallet.decimals),
                amount_text(entry.balance_after or Decimal(0), wallet.decimals),
                amount_text(entry.total_after, wallet.decimals),
                wallet.currency_id,
            )
        )


def safe(text: str) -> str:
    """Keep a spreadsheet from reading somebody's words as a formula."""
    return f"'{text}" if any(t.startswith(FORMULA) for t in (text, text.lstrip())) else text
