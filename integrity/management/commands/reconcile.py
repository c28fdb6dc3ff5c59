"""manage reconcile: check the ledger, repair wallet rows, report."""

from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser

from coinhub.core.actor import system
from integrity.checks.currencies import Trial
from integrity.checks.found import plain
from integrity.management.verdict import Verdict, VerdictCommand
from integrity.models import Run
from integrity.services import written
from integrity.services.check import check
from integrity.services.repair import Repaired, repair_all


class Command(VerdictCommand):
    """Checks the four relations and all other promises; repairs on request."""

    help = "Check the ledger (--verify-all), repair wallet rows (--fix-balances), or report."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add what to do."""
        super().add_arguments(parser)
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--verify-all", action="store_true", help="check everything")
        what.add_argument(
            "--fix-balances",
            action="store_true",
            help="say which wallet rows would be written anew from sound postings",
        )
        what.add_argument("--report", action="store_true", help="trial balance and findings")
        parser.add_argument("--apply", action="store_true", help="with --fix-balances: do it")

    def judge(self, **options: Any) -> Verdict:
        """Do what was asked for."""
        if options["fix_balances"]:
            self.say("checking every wallet")
            return fixed(
                repair_all(actor=system("reconcile"), apply=options["apply"]),
                apply=options["apply"],
            )
        if options["apply"]:
            self.say("--apply is for --fix-balances; nothing is changed")
        self.say("checking everything in one snapshot")
        checked = check(actor=system("reconcile"), trigger=Run.Trigger.COMMAND)
        lines = written.lines(checked)
        members = written.body(checked)
        if options["report"]:
            lines = [*trial_lines(checked.trials), *lines]
            members["trial_balance"] = [trial_members(trial) for trial in checked.trials]
        return Verdict(checked.is_healthy, lines, members)


def fixed(results: list[Repaired], *, apply: bool) -> Verdict:
    """Write what came of the repair; well when nothing is left to do."""
    lines = [repaired_line(result, apply=apply) for result in results]
    refused = [result for result in results if result.refused]
    waiting = [result for result in results if result.changed and not apply]
    lines.append(
        f"{len(results)} wallets disagreed; {len(results) - len(refused) - len(waiting)} repaired,"
        f" {len(waiting)} could be, {len(refused)} refused"
    )
    return Verdict(
        is_well=not refused and not waiting,
        lines=lines,
        members={"applied": apply, "wallets": [asdict(result) for result in results]},
    )


def repaired_line(result: Repaired, *, apply: bool) -> str:
    """Write what came of one wallet."""
    place = f"wallet {result.wallet_id} ({result.currency})"
    if result.refused:
        return f"{place}: refused, {result.refused}"
    if not result.changed:
        return f"{place}: the row is right"
    return (
        f"{place}: {'' if apply else 'would be '}rewritten from {result.before} to {result.after}"
    )


def trial_members(trial: Trial) -> dict[str, str | None]:
    """Write one currency's trial balance for programs."""
    names = ("customers", "house", "income", "outside", "everything")
    return {"currency": trial.currency} | {name: plain(getattr(trial, name)) for name in names}


def trial_lines(trials: list[Trial]) -> list[str]:
    """Write the trial balance for people."""
    names = ("customers", "house", "income", "outside", "everything")
    head = f"{'currency':<9}" + "".join(f"{name:>24}" for name in names)
    return [head] + [
        f"{trial.currency or '-':<9}" + "".join(f"{plain(getattr(trial, n)):>24}" for n in names)
        for trial in trials
    ]
