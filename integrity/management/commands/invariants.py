"""manage invariants: I1 to I10, each holds or is broken by what is named."""

from typing import Any

from integrity.management.verdict import Verdict, VerdictCommand
from integrity.services import written
from integrity.services.invariants import judge

MOST = 20  # findings shown of one invariant; --json has them all
WORDS = {True: "holds", False: "BROKEN"}


class Command(VerdictCommand):
    """Judges every invariant from one snapshot, exactly."""

    help = "Judge the invariants I1 to I10 from one snapshot."

    def judge(self, **options: Any) -> Verdict:
        """Judge."""
        judged = judge(say=self.say)
        lines = []
        for one in judged:
            lines.append(f"{one.name:<7}{WORDS[one.holds]:<8}{one.promise}")
            lines += [f"         {found.source}: {found.place}" for found in one.findings[:MOST]]
            if len(one.findings) > MOST:
                lines.append(f"         and {len(one.findings) - MOST} more")
        members = {
            one.name: {
                "promise": one.promise,
                "holds": one.holds,
                "findings": [written.finding(found) for found in one.findings],
            }
            for one in judged
        }
        is_well = all(one.holds for one in judged)
        return Verdict(is_well, lines, {"invariants": members})
