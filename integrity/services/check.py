"""The integrity check: look at everything in one snapshot, name what is wrong, keep the run."""

import hashlib
import time
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import DatabaseError, transaction
from django.utils import timezone

from coinhub.core.actor import Actor
from coinhub.core.errors import Unavailable
from coinhub.core.ids import HOUSE_SHARD, new_public_id
from coinhub.events.models import AuditEvent
from integrity.checks import relations
from integrity.checks.currencies import Trial
from integrity.checks.found import Found
from integrity.checks.relations import Figures
from integrity.models import Finding, Run
from integrity.selectors import snapshot as snapshots
from integrity.selectors.snapshot import MOST, Snapshot
from integrity.services import naming, seen


@dataclass(frozen=True, slots=True)
class Checked:
    """What one run saw: the kept row, the findings, and the wallets they are about.

    ``wallets`` holds every wallet whose relations disagree or that a finding names; for a check of
    one customer, or of the house, all of them, healthy ones too.
    """

    run: Run
    findings: list[Found]
    wallets: list[Figures]
    trials: list[Trial]

    @property
    def is_healthy(self) -> bool:
        """Nothing was found."""
        return not self.findings

    @property
    def mismatches(self) -> list[Figures]:
        """The wallets that disagree, or that a finding names."""
        named = {found.wallet_id for found in self.findings}
        return [f for f in self.wallets if not f.in_sync or f.wallet_id in named]


@dataclass(frozen=True, slots=True)
class Scope:
    """What to look at: the whole ledger, one customer, perhaps in one currency, or the house."""

    owner_id: UUID | None = None
    currency: str | None = None
    is_house: bool = False


def check(
    *, actor: Actor, trigger: str, scope: Scope | None = None, using: str = "default"
) -> Checked:
    """Judge the ledger, or one customer's part of it, and keep the run.

    Atomic: reads in one snapshot of its own, then writes in a short transaction.
    Repeat: a new run; the ledger is never changed.
    Writes: Run, Findings (at most 500), AuditEvent.
    Raises: Unavailable when the database does not answer within the bound.
    """
    scope = scope or Scope()
    started_at, clock = timezone.now(), time.monotonic()
    try:
        with snapshots.take(using) as snapshot:
            checked = _look(snapshot, scope)
        run = _as_row(checked, actor, trigger, scope, started_at)
        run.duration_ms = round((time.monotonic() - clock) * 1000)
        _keep(run, checked.findings, actor, using)
    except DatabaseError as error:
        raise Unavailable("the check could not be completed in time", retry_after=5) from error
    return replace(checked, run=run)


def _look(snapshot: Snapshot, scope: Scope) -> Checked:
    if scope.owner_id is not None:
        snapshot.wallets = snapshots.wallet_ids_of(snapshot, scope.owner_id, scope.currency)
    elif scope.is_house:
        snapshot.wallets = snapshots.house_wallet_ids(snapshot)
    facts = seen.look(snapshot)
    findings = naming.name(facts)
    wallets = _wallets(snapshot, facts, findings)
    by_id = {figures.wallet_id: figures for figures in wallets}
    counted = snapshot.rows("scope")[0]
    postings = (
        sum(trial.postings for trial in facts.trials)
        if snapshot.wallets is None
        else sum(figures.postings for figures in wallets)
    )
    run = Run(
        checked_users=counted["users"],
        checked_currencies=counted["currencies"],
        checked_wallets=counted["wallets"],
        checked_postings=postings,
        checksum=_checksum(counted["digest"], facts.trials),
    )
    return Checked(run, [_with_owner(f, by_id) for f in findings], wallets, facts.trials)


def _wallets(snapshot: Snapshot, facts: seen.Seen, findings: list[Found]) -> list[Figures]:
    """Give the figures of every wallet concerned; of a customer, those of all wallets."""
    if snapshot.wallets is not None:
        return relations.compare(snapshot, everything=True)
    known = facts.figures
    named = {found.wallet_id for found in findings if found.wallet_id is not None} - known.keys()
    named |= {
        line.wallet_id
        for found in findings
        if found.journal_id is not None and found.wallet_id is None
        for line in facts.lines.get(found.journal_id, [])
        if line.wallet_id not in known
    }
    more = relations.compare(snapshot, wallets=sorted(named)[:MOST], everything=True)
    return [*known.values(), *more] if named else list(known.values())


def _with_owner(found: Found, by_id: dict[int, Figures]) -> Found:
    figures = by_id.get(found.wallet_id) if found.wallet_id is not None else None
    if figures is None:
        return found
    return replace(found, owner_id=figures.owner_id, currency=found.currency or figures.currency)


def _checksum(digest: str, trials: list[Trial]) -> str:
    lines = [digest, *(f"{trial.currency}:{trial.customers}:{trial.outside}" for trial in trials)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _as_row(
    checked: Checked, actor: Actor, trigger: str, scope: Scope, started_at: datetime
) -> Run:
    run = checked.run
    run.public_id = new_public_id()
    run.trigger = trigger
    run.status = Run.Status.FAILED if checked.findings else Run.Status.HEALTHY
    run.actor_id = actor.user_id
    run.owner_id = scope.owner_id
    run.is_house = scope.is_house
    run.currency = scope.currency or ""
    run.started_at = started_at
    run.finished_at = timezone.now()
    run.finding_count = len(checked.findings)
    return run


def _keep(run: Run, findings: list[Found], actor: Actor, using: str) -> None:
    with transaction.atomic(using=using):
        run.save(using=using, force_insert=True)
        Finding.objects.using(using).bulk_create(_finding(run, f) for f in findings[:MOST])
        AuditEvent.objects.using(using).create(
            shard=HOUSE_SHARD,
            actor_kind=actor.kind,
            actor_id=actor.user_id,
            address=actor.address,
            request_id=actor.request_id,
            action="integrity.checked",
            object_type="integrity_run",
            object_id=str(run.public_id),
            after={"status": run.status, "findings": run.finding_count, "trigger": run.trigger},
        )


def _finding(run: Run, found: Found) -> Finding:
    return Finding(
        run=run,
        check_name=found.check,
        source=found.source,
        is_cause=found.is_cause,
        place=found.place[:200],
        owner_id=found.owner_id,
        currency=found.currency,
        wallet_id=found.wallet_id,
        journal_id=found.journal_id,
        posting_id=found.posting_id,
        hold_id=found.hold_id,
        seq=found.seq,
        figures=found.figures,
    )
