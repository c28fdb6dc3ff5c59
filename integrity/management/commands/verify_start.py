"""manage verify_start: may customers be served? Run before web processes start."""

from typing import Any

from django.core.management.base import CommandError

from integrity.management.verdict import FOUND, Verdict, VerdictCommand
from integrity.services import startup, written


class Command(VerdictCommand):
    """Judges the whole ledger and refuses the start, with the reason, when it is not healthy."""

    help = "Check that the set-up is complete and the ledger healthy before serving."

    def judge(self, **options: Any) -> Verdict:
        """Judge everything.

        Raises: CommandError with exit code 1 and the causes.
        """
        try:
            checked = startup.verify()
        except startup.StartRefused as refusal:
            if options["json"]:
                return Verdict(False, [], {"reason": refusal.detail, **refusal.members})
            reason = f"{refusal.title}: {refusal.detail}; see docs/runbooks/start-refused.md"
            raise CommandError(reason, returncode=FOUND) from None
        return Verdict(
            True, [f"healthy: {checked.run.checked_wallets} wallets"], written.body(checked)
        )
