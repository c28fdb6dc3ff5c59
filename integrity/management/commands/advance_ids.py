"""manage advance_ids: after a logical restore, bring the server's ids above those of the data."""

from dataclasses import asdict
from typing import Any

from integrity.management.verdict import Verdict, VerdictCommand
from integrity.services import transaction_ids


class Command(VerdictCommand):
    """Uses up ids as the owner until booking and folding may go on; writes no row."""

    help = "After a logical restore: bring the ids of transactions above those that the data names."

    def judge(self, **options: Any) -> Verdict:
        """Advance."""
        done = transaction_ids.advance(say=self.say)
        used = done.next - done.before
        lines = [f"the data names ids up to {done.highest}; the next one is at least {done.next}"]
        lines.append(f"{used} ids were used up" if used else "nothing was to be done")
        return Verdict(True, lines, asdict(done))
