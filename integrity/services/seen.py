"""All that the checks of one run have seen, before causes are told from consequences."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from integrity.checks import (
    currencies,
    floors,
    folds,
    history,
    holds,
    house,
    journals,
    references,
    relations,
)
from integrity.checks.currencies import Trial
from integrity.checks.folds import FoldBreak
from integrity.checks.found import Found
from integrity.checks.history import Break, Extra
from integrity.checks.journals import Imbalance, Line
from integrity.checks.relations import Figures
from integrity.selectors.snapshot import Snapshot

MOST_NAMED = 200  # journals and wallets looked at more closely


@dataclass
class Seen:
    """Facts, not yet named: figures by wallet, breaks, sums of journals with their lines."""

    figures: dict[int, Figures]
    breaks: list[Break]
    extras: list[Extra]
    imbalances: list[Imbalance]
    lines: dict[int, list[Line]]
    trials: list[Trial] = field(default_factory=list)
    folds: list[FoldBreak] = field(default_factory=list)
    holds: list[Found] = field(default_factory=list)
    others: list[Found] = field(default_factory=list)

    def sums_of(self, journal_id: int) -> dict[str, Decimal]:
        """Give what a journal sums to in the currencies in which that is not zero."""
        return {
            found.currency: found.amount
            for found in self.imbalances
            if found.journal_id == journal_id and found.currency and found.amount
        }

    def is_missing_a_wallet(self, journal_id: int) -> bool:
        """Say whether a wallet of the journal is not there."""
        return any(
            found.journal_id == journal_id and found.currency is None and found.postings
            for found in self.imbalances
        )


def look(snapshot: Snapshot) -> Seen:
    """Run every check in the snapshot; those on the whole ledger only when all of it is judged."""
    figures = {found.wallet_id: found for found in relations.compare(snapshot)}
    if snapshot.wallets is None:
        suspects = _few([*figures, *history.find_unsound(snapshot)])
    else:
        suspects = snapshot.wallets
    breaks = history.find_breaks(snapshot, suspects)
    fold_breaks = folds.find_breaks(snapshot)
    unknown = {*suspects, *(found.wallet_id for found in fold_breaks)} - figures.keys()
    if unknown:
        more = relations.compare(snapshot, wallets=_few(sorted(unknown)), everything=True)
        figures |= {found.wallet_id: found for found in more}
    extras = history.find_extras(snapshot, suspects)
    imbalances = journals.find_imbalances(snapshot)
    closely = [*(f.journal_id for f in imbalances), *(f.journal_id for f in extras)]
    closely += [found.journal_id for found in breaks]
    seen = Seen(
        figures=figures,
        breaks=breaks,
        extras=extras,
        imbalances=imbalances,
        lines=journals.lines_of(snapshot, _few(closely)),
        folds=fold_breaks,
        holds=holds.look(snapshot),
        others=[
            *floors.look(snapshot),
            *house.look_at_primaries(snapshot),
            *references.look(snapshot),
        ],
    )
    if snapshot.wallets is None:
        seen.trials = currencies.balance(snapshot)
        seen.others += house.look(snapshot)
    return seen


def _few(ids: Iterable[int]) -> list[int]:
    return list(dict.fromkeys(ids))[:MOST_NAMED]
