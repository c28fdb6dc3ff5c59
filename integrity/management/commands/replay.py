"""manage replay: rebuild every balance from the journal and compare."""

from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser

from integrity.management.verdict import Verdict, VerdictCommand
from integrity.services.replay import replay


class Command(VerdictCommand):
    """Rebuilds all balances in a fresh schema, as the owner, and says where they differ."""

    help = "Rebuild every balance from the journal in a fresh schema and compare."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add what happens to the schema."""
        super().add_arguments(parser)
        parser.add_argument("--keep", action="store_true", help="leave the schema for a look")

    def judge(self, **options: Any) -> Verdict:
        """Replay."""
        replayed = replay(say=self.say, keep=options["keep"])
        lines = [
            f"wallet {d.wallet_id} ({d.currency or 'not there'}): stands {d.stands},"
            f" rebuilt {d.rebuilt}"
            for d in replayed.differences
        ]
        lines.append(
            f"{replayed.journals} journals, {replayed.postings} postings, {replayed.wallets}"
            f" wallets: {replayed.difference_count} differ,"
            f" {replayed.unbalanced_journals} journals do not sum to zero"
        )
        return Verdict(replayed.agrees, lines, asdict(replayed))
