"""manage import_history: take over the history of another system."""

import argparse
import csv
import json
import sys
from collections import Counter
from dataclasses import asdict
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from coinhub.core.actor import system
from coinhub.core.errors import DomainError
from coinhub.core.money import amount_text, total
from wallets.management.progress import Progress
from wallets.rails import history_files
from wallets.rails.history import FileUnusable
from wallets.selectors import currencies, imports
from wallets.services.imports import Source, Taken, import_history

MOST_SHOWN = 20
DEFAULT_CURRENCY = {name: form.currency for name, form in history_files.FORMS.items()}


def overdraft(text: str) -> Decimal:
    """Read how far below zero a wallet may go."""
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite():
        raise argparse.ArgumentTypeError(f"not an amount: {text}")
    return amount


def label(text: str) -> str:
    """Read the name under which rows are kept."""
    if not 0 < len(text) <= 50 or not text.isprintable() or ":" in text:
        raise argparse.ArgumentTypeError("a label has 1 to 50 visible characters and no colon")
    return text


class Command(BaseCommand):
    """Takes over account history or legs; safe to repeat and to kill."""

    help = "Book another system's history; goes on where it stopped, and books nothing twice."

    def add_arguments(self, parser: CommandParser) -> None:
        """Say what can be given."""
        parser.add_argument("file", type=Path, help="CSV, plain or gzip")
        parser.add_argument(
            "--format", choices=sorted(history_files.FORMS), help="default: by the header"
        )
        parser.add_argument("--currency", help="default: CZK for account history, BTC for legs")
        parser.add_argument("--label", type=label, help="names the rows; default: the file's name")
        parser.add_argument(
            "--overdraft",
            type=overdraft,
            metavar="AMOUNT",
            help="how far below zero; default: the lowest balance the file states for the account",
        )
        parser.add_argument("--report", type=Path, metavar="OUT.csv", help="read back afterwards")
        parser.add_argument(
            "--differences",
            type=Path,
            metavar="OUT.csv",
            help="rows whose stated balance is not what their own history adds up to",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the use case, write the report, and say what was found."""
        try:
            source = self.source(options)
            taken = import_history(
                source=source,
                actor=system(),
                overdraft=options["overdraft"],
                progress=Progress(sys.stderr),
            )
            decimals = currencies.get_currency(source.currency).decimals
            if options["report"]:
                write_report(options["report"], source, taken.accounts, decimals)
            if options["differences"]:
                write_differences(options["differences"], taken, decimals)
        except (FileUnusable, OSError) as failure:
            raise CommandError(str(failure), returncode=2) from None
        except DomainError as refusal:
            raise CommandError(f"{refusal.code}: {refusal.detail}", returncode=2) from None
        self.tell(source, taken, as_json=options["json"])
        if taken.refused:
            sys.exit(1)

    def source(self, options: dict[str, Any]) -> Source:
        """Settle what was not given."""
        path: Path = options["file"]
        form = history_files.recognise(path, options["format"])
        name = options["label"] or label(path.name.split(".")[0].replace(":", "-")[:50])
        return Source(path, form, name, options["currency"] or DEFAULT_CURRENCY[form])

    def tell(self, source: Source, taken: Taken, *, as_json: bool) -> None:
        """Print what became of the rows."""
        refused = sorted(taken.refused, key=lambda refusal: refusal.row)
        if as_json:
            found = asdict(taken) | {
                "label": source.label,
                "format": source.form,
                "currency": source.currency,
                "accounts": len(taken.accounts),
                "differences": len(taken.differences),
                "difference_total": format(total(d.amount for d in taken.differences), "f"),
                "refused": [asdict(refusal) for refusal in refused],
            }
            self.stdout.write(json.dumps(found))
            return
        self.stdout.write(
            f"{source.label}: {len(taken.accounts):,} accounts, {taken.booked:,} rows booked,"
            f" {taken.known:,} booked before, {len(refused):,} refused"
        )
        if taken.differences:
            together = total(difference.amount for difference in taken.differences)
            self.stdout.write(
                f"differences: {len(taken.differences):,} rows booked with a rounding entry,"
                f" together {together:f} {source.currency}"
            )
        if taken.empty:
            self.stdout.write(f"{taken.empty:,} rows move nothing")
        followers = Counter(refusal.follows for refusal in refused)
        causes = [refusal for refusal in refused if refusal.follows is None]
        for cause in causes[:MOST_SHOWN]:
            after = f" ({followers[cause.row]:,} rows of its account follow it)"
            self.stderr.write(
                f"row {cause.row} (line {cause.row + 1}): {cause.reason}"
                + (after if followers[cause.row] else "")
            )
        if len(causes) > MOST_SHOWN:
            self.stderr.write(f"and {len(causes) - MOST_SHOWN:,} more")


def write_differences(path: Path, taken: Taken, decimals: int) -> None:
    """Write every row that was booked with a rounding entry."""
    with path.open("w", encoding="utf-8", newline="") as out:
        lines = csv.writer(out, lineterminator="\n")
        lines.writerow(["row", "account_id", "trans_id", "difference"])
        for each in taken.differences:
            amount = amount_text(each.amount, decimals)
            lines.writerow([each.row, each.account, each.reference, amount])


def write_report(path: Path, source: Source, accounts: list[str], decimals: int) -> None:
    """Write the balances read back from the postings."""
    with path.open("w", encoding="utf-8", newline="") as out:
        lines = csv.writer(out, lineterminator="\n")
        if source.form == "account":
            lines.writerow(["account_id", "trans_id", "balance"])
            for account, reference, balance in imports.list_history(
                source.label, source.currency, accounts
            ):
                lines.writerow([account, reference, amount_text(balance, decimals)])
        else:
            lines.writerow(["account", "balance"])
            for account, balance in imports.list_balances(source.label, source.currency, accounts):
                lines.writerow([account, amount_text(balance, decimals)])
