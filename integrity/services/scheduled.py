"""One full check, and an alert when it found something: what the schedule and staff ask for."""

from coinhub.core.actor import Actor
from integrity.services.alerts import raise_alert
from integrity.services.check import Checked, check


def check_and_tell(*, actor: Actor, trigger: str) -> Checked:
    """Judge the whole ledger, keep the run, and raise an alert when something was found.

    Repeat: one more run; no posting is ever changed, so a task that is run twice does no harm.
    Writes: Run with Findings, AuditEvent; what those write who are told of a finding.
    Raises: Unavailable.
    """
    checked = check(actor=actor, trigger=trigger)
    raise_alert(checked, actor=actor)
    return checked
