"""Start-up: nothing is served while the set-up is incomplete or the ledger is not healthy."""

from coinhub.core.actor import system
from coinhub.core.errors import DomainError
from integrity.checks import house
from integrity.models import Run
from integrity.selectors import snapshot as snapshots
from integrity.services import transaction_ids
from integrity.services.alerts import raise_alert
from integrity.services.check import Checked, check


class StartRefused(DomainError):
    """The ledger is not as it has to be before customers are served."""

    code = "START_REFUSED"
    status = 503
    title = "CoinHub does not start: the ledger is not healthy"


def find_missing_house_wallets() -> list[str]:
    """Name the wallets of the house that are missing; cheap enough for every readiness probe."""
    with snapshots.glance() as snapshot:
        return [f"{found.source}: {found.place}" for found in house.look(snapshot)]


def verify() -> Checked:
    """Judge the whole ledger before serving.

    Repeat: a new run.
    Writes: Run with Findings, AuditEvent.
    Raises: StartRefused with the causes, Unavailable.
    """
    if transaction_ids.are_behind():
        raise StartRefused("the ids of transactions are behind what is folded; run advance_ids")
    actor = system("start")
    checked = check(actor=actor, trigger=Run.Trigger.START)
    if not checked.is_healthy:
        raise_alert(checked, actor=actor)
        causes = [f"{found.source}: {found.place}" for found in checked.findings if found.is_cause]
        more = f" and {len(causes) - 5} more" if len(causes) > 5 else ""
        raise StartRefused("; ".join(causes[:5]) + more, run=str(checked.run.public_id))
    return checked
