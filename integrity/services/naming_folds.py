"""Naming what is wrong with folded wallets: a fold row, or the postings under it.

A fold row keeps number and sum of its postings, chained with the row before. A row that breaks
the chain is wrong itself; a sound chain over other postings says that these were lost, added or
changed.
"""

from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby

from integrity.checks.folds import CHECK, FoldBreak, negated
from integrity.checks.found import Found, plain
from integrity.services.namer import Namer

NOTHING = (0, Decimal(0))
CHANGED = "fold row changed"


def name_folds(namer: Namer) -> None:
    """Name the causes among the fold rows that are not right."""
    for _, rows in groupby(namer.seen.folds, lambda found: found.wallet_id):
        for found in _without_consequences(namer, list(rows)):
            elsewhere = found.row_horizon not in (None, found.horizon)
            if found.fold_id is None or found.step != NOTHING:
                namer.blame(_row_found(found, "fold row missing" if _is_gone(found) else CHANGED))
            elif found.off != NOTHING and elsewhere:
                namer.blame(_row_found(found, CHANGED))
            elif found.off != NOTHING:
                _name_postings(namer, found)
            else:
                namer.blame(_place_found(found))


def _without_consequences(namer: Namer, breaks: list[FoldBreak]) -> Iterator[FoldBreak]:
    """Name a row whose fault is undone by the next row; give all that are left."""
    number = 0
    while number < len(breaks):
        found, after = breaks[number], breaks[number + 1 : number + 2]
        if after and _undoes(after[0], found):
            namer.blame(_row_found(found, CHANGED))
            namer.consequences.append(_row_found(after[0], CHANGED))
            number += 1
        else:
            yield found
        number += 1


def _undoes(after: FoldBreak, found: FoldBreak) -> bool:
    """Its stamp was changed, or its horizon: what is off moved into the next row."""
    if found.step != NOTHING:
        return after.step == negated(found.step)
    return found.off != NOTHING and after.step == NOTHING and after.off == negated(found.off)


def _is_gone(found: FoldBreak) -> bool:
    """The row before it is not there: it starts where no row ended."""
    count, amount = found.step
    return found.fold_id is None or (
        count > 0 and amount != 0 and found.off in (NOTHING, found.step)
    )


def _row_found(found: FoldBreak, source: str) -> Found:
    number = found.fold_id if found.fold_id is not None else "none"
    return Found(
        check=CHECK,
        source=source,
        place=f"wallet {found.wallet_id}, fold {number}, version {found.version or 0}",
        wallet_id=found.wallet_id,
        balance_type="available",
        figures={
            "amount": plain(found.amount),
            "balance_after": plain(found.balance_after),
            "balance_before": plain(found.balance_before),
            "postings": str(found.postings),
            "posted": str(found.posted),
            "posted_amount": plain(found.posted_amount),
        },
    )


def _place_found(found: FoldBreak) -> Found:
    """The newest fold row and the wallet row end at different places."""
    if found.row_version != found.version:
        source, place = "fold row missing", f"wallet {found.wallet_id}, after fold {found.fold_id}"
    else:
        source, place = "wallet row", f"wallet {found.wallet_id}, folded_through"
    figures = {"wallet_row": str(found.row_horizon), "fold_row": str(found.horizon)}
    return Found(CHECK, source, place, wallet_id=found.wallet_id, figures=figures)


def _name_postings(namer: Namer, found: FoldBreak) -> None:
    """The fold rows are sound, so the postings are not what was folded."""
    count, amount = found.off
    source = "posting too many" if count > 0 else "posting missing"
    source = source if count else "posting amount changed"
    journal_id = _journal(namer, found, amount)
    lines = namer.seen.lines.get(journal_id or 0, []) if count == 0 else []
    on_wallet = [line for line in lines if line.wallet_id == found.wallet_id]
    posting_id = on_wallet[0].posting_id if len(on_wallet) == 1 else None
    told = Found(
        check=CHECK,
        source=source,
        place=f"wallet {found.wallet_id}, fold {found.fold_id}"
        + (f", journal {journal_id}" if journal_id else "")
        + ", available",
        wallet_id=found.wallet_id,
        journal_id=journal_id,
        posting_id=posting_id,
        balance_type="available",
        figures={"amount": plain(amount if count > 0 else amount.copy_negate())},
    )
    if journal_id in namer.journals or (count > 0 and found.wallet_id in namer.wallets):
        namer.wallets.add(found.wallet_id)
        namer.consequences.append(told)  # named already where the posting lies, or its twin
    else:
        namer.expect(found.wallet_id, "available", amount.copy_negate())
        namer.blame(told)


def _journal(namer: Namer, found: FoldBreak, amount: Decimal) -> int | None:
    """Find the journal that is off by this amount in the wallet's currency."""
    figures = namer.seen.figures.get(found.wallet_id)
    for imbalance in namer.seen.imbalances:
        if figures and imbalance.currency == figures.currency and imbalance.amount == amount:
            return imbalance.journal_id
    return None
