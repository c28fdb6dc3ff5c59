"""Naming: which source is wrong, and where, from all that the checks have seen together.

The figures alone do not tell a lost newest posting from a wrong wallet row; the version, the seq,
the chain of running balances and the sums of the journals do. What follows from a cause that was
named is kept as its consequence.
"""

from dataclasses import replace
from decimal import Decimal

from integrity.checks import currencies
from integrity.checks.found import Found, plain
from integrity.checks.journals import Imbalance
from integrity.checks.relations import TYPES, Figures
from integrity.services import naming_folds, naming_postings
from integrity.services.missing import find_lost, find_missing
from integrity.services.namer import Namer
from integrity.services.seen import Seen

# Causes of which it is known what they make of the difference between row and postings.
EXPLAINED = ("posting missing", "newest posting missing", "posting amount changed")


def name(seen: Seen) -> list[Found]:
    """Turn what was seen into findings: causes first, then what follows from them."""
    namer = Namer(seen)
    missing = find_missing(seen)
    naming_postings.name_moved(namer)
    naming_postings.name_missing(namer, missing)
    naming_postings.name_doubled(namer)
    naming_postings.name_breaks(namer, missing)
    naming_folds.name_folds(namer)
    _name_wallets(namer)
    _name_journals(namer)
    _name_others(namer)
    return namer.causes + [replace(found, is_cause=False) for found in namer.consequences]


def _name_wallets(namer: Namer) -> None:
    """What is left is the wallet row's own: its postings are sound and it says something else."""
    unsound = {found.wallet_id for found in namer.seen.breaks}
    for figures in namer.seen.figures.values():
        if figures.wallet_id in namer.wallets:
            _name_rest(namer, figures)
            continue
        off = [kind for kind in TYPES if figures.off(kind)]
        is_counted = figures.version == figures.newest == figures.postings
        lost = [find_lost(namer.seen, figures, kind, namer.journals) for kind in off]
        if any(lost):
            for gone in lost:
                if gone is not None:
                    namer.blame(gone.found())
        elif figures.wallet_id not in unsound and (off or not is_counted):
            places = off if is_counted else [*off, "version"]
            for kind in places:
                namer.blame(_row_found(figures, kind))


def _name_rest(namer: Namer, figures: Figures) -> None:
    """What the causes found in a wallet do not explain is its row's; told where all is known."""
    known = {kind for wallet_id, kind in namer.effects if wallet_id == figures.wallet_id}
    about = [cause for cause in namer.causes if cause.wallet_id == figures.wallet_id]
    if any(cause.source not in EXPLAINED or cause.balance_type not in known for cause in about):
        return
    for kind in TYPES:
        effect = namer.effects.get((figures.wallet_id, kind), Decimal(0))
        if figures.off(kind) != effect:
            namer.blame(_row_found(figures, kind))


def _row_found(figures: Figures, kind: str) -> Found:
    row, posted = figures.relations["wallets"], figures.relations["crypto_balances"]
    told = (
        {"wallet_row": str(figures.version), "newest_seq": str(figures.newest)}
        if kind == "version"
        else {
            "wallet_row": plain(row[kind]),
            "postings": plain(posted[kind]),
            "difference": plain(figures.off(kind)),
        }
    )
    return Found(
        check="relations",
        source="wallet row",
        place=f"wallet {figures.wallet_id}, {kind}",
        wallet_id=figures.wallet_id,
        figures=told,
    )


def _name_journals(namer: Namer) -> None:
    seen = namer.seen
    for imbalance in seen.imbalances:
        if imbalance.currency is None and imbalance.postings:
            continue  # told by the references: its wallet is not there
        found = Found(
            check="journals",
            source=_what_is_wrong(imbalance),
            place=f"journal {imbalance.journal_id}, {imbalance.currency or 'no currency'}",
            currency=imbalance.currency or "",
            journal_id=imbalance.journal_id,
            figures={"sum": plain(imbalance.amount), "postings": str(imbalance.postings)},
        )
        explained = namer.journals | {found.journal_id for found in namer.consequences}
        if imbalance.journal_id in explained or seen.is_missing_a_wallet(imbalance.journal_id):
            namer.consequences.append(found)
        else:
            namer.causes.append(found)


def _what_is_wrong(imbalance: Imbalance) -> str:
    if not imbalance.postings:
        return "journal without postings"
    return "journal unbalanced" if imbalance.is_there else "posting without its journal"


def _name_others(namer: Namer) -> None:
    seen = namer.seen
    is_house_gone = any(found.source == "house wallet missing" for found in seen.others)
    for found in seen.others:
        follows = is_house_gone and found.source == "posting without its wallet"
        (namer.consequences if follows else namer.causes).append(found)
    for found in seen.holds:
        follows = found.journal_id in namer.journals or any(
            cause.wallet_id == found.wallet_id and cause.balance_type in ("", found.balance_type)
            for cause in namer.causes
            if cause.posting_id or cause.seq
        )
        (namer.consequences if follows else namer.causes).append(found)
    is_explained = bool(namer.causes)
    for found in currencies.look(seen.trials):
        (namer.consequences if is_explained else namer.causes).append(found)
