"""Naming: which source is wrong, and where, from all that the checks have seen together.

The figures alone do not tell a lost newest posting from a wrong wallet row; the version, the seq,
the chain of running balances and the sums of the journals do. What follows from a cause that was
named is kept as its consequence.
"""

from dataclasses import dataclass, field, replace
from decimal import Decimal

from coinhub.core.money import CONTEXT
from integrity.checks import currencies
from integrity.checks.found import Found, plain
from integrity.checks.history import Break
from integrity.checks.journals import Imbalance, Line
from integrity.checks.relations import TYPES, Figures
from integrity.services.missing import Missing, find_lost, find_missing
from integrity.services.seen import Seen

# Causes of which it is known what they make of the difference between row and postings.
EXPLAINED = ("posting missing", "newest posting missing", "posting amount changed")
Place = tuple[int, int | None]  # a posting by wallet and seq


@dataclass
class Namer:
    """The causes found so far, and what they explain."""

    seen: Seen
    causes: list[Found] = field(default_factory=list)
    consequences: list[Found] = field(default_factory=list)
    journals: set[int] = field(default_factory=set)
    postings: set[int] = field(default_factory=set)
    places: set[Place] = field(default_factory=set)
    wallets: set[int] = field(default_factory=set)
    # By how much a cause lets a wallet row and its postings differ, by wallet and balance type.
    effects: dict[tuple[int, str], Decimal] = field(default_factory=dict)

    def expect(self, wallet_id: int, kind: str, amount: Decimal) -> None:
        """Remember what a cause makes of the difference between a row and its postings."""
        so_far = self.effects.get((wallet_id, kind), Decimal(0))
        self.effects[wallet_id, kind] = CONTEXT.add(so_far, amount)

    def blame(self, found: Found) -> None:
        """Keep a cause and remember what it explains."""
        if found.posting_id in self.postings and found.posting_id is not None:
            return
        self.causes.append(found)
        if found.journal_id is not None:
            self.journals.add(found.journal_id)
        if found.posting_id is not None:
            self.postings.add(found.posting_id)
        if found.wallet_id is not None:
            self.wallets.add(found.wallet_id)
            self.places.add((found.wallet_id, found.seq))


def name(seen: Seen) -> list[Found]:
    """Turn what was seen into findings: causes first, then what follows from them."""
    namer = Namer(seen)
    missing = find_missing(seen)
    _name_moved(namer)
    _name_missing(namer, missing)
    _name_doubled(namer)
    _name_breaks(namer, missing)
    _name_wallets(namer)
    _name_journals(namer)
    _name_others(namer)
    return namer.causes + [replace(found, is_cause=False) for found in namer.consequences]


def posting_found(line: Line | Break, source: str, check: str, **figures: str) -> Found:
    """Make the finding about one posting."""
    return Found(
        check=check,
        source=source,
        place=f"posting {line.posting_id} (wallet {line.wallet_id}, seq {line.seq},"
        f" journal {line.journal_id}), {line.balance_type}",
        wallet_id=line.wallet_id,
        journal_id=line.journal_id,
        posting_id=line.posting_id,
        seq=line.seq,
        balance_type=line.balance_type,
        figures={"amount": plain(line.amount), **figures},
    )


def _name_moved(namer: Namer) -> None:
    """A journal off by the same amount in two currencies: a posting lies on the wrong wallet."""
    for journal_id, lines in namer.seen.lines.items():
        sums = namer.seen.sums_of(journal_id)
        for line in lines if len(sums) > 1 else []:
            elsewhere = line.transaction_currency
            if (
                line.currency not in (None, elsewhere)
                and sums.get(line.currency or "") == line.amount
                and sums.get(elsewhere or "") == line.amount.copy_negate()
            ):
                source = "posting on a wallet of another currency"
                figures = {"wallet_currency": line.currency or "", "currency": elsewhere or ""}
                namer.blame(posting_found(line, source, "journals", **figures))


def _name_missing(namer: Namer, missing: list[Missing]) -> None:
    for gone in missing:
        found = gone.found()
        if gone.balance_type is not None and gone.amount is not None:
            namer.expect(gone.wallet_id, gone.balance_type, gone.amount)
        if gone.journal_id in namer.journals:
            namer.consequences.append(found)  # it was moved, and named where it lies now
            namer.places.add((gone.wallet_id, gone.seq))
            namer.wallets.add(gone.wallet_id)
        else:
            namer.blame(found)


def _name_doubled(namer: Namer) -> None:
    """A line twice in a journal that is off by it, or twice of which the wallet counts one."""
    extras = {extra.posting_id for extra in namer.seen.extras}
    extras |= {found.posting_id for found in namer.seen.breaks if found.seq == found.seq_before}
    for journal_id, lines in namer.seen.lines.items():
        sums = namer.seen.sums_of(journal_id)
        for number, line in enumerate(lines):
            if not any(_is_twin(line, other) for other in lines[:number]):
                continue
            is_off = journal_id not in namer.journals and line.amount in sums.values()
            if line.posting_id in extras or is_off:
                namer.blame(posting_found(line, "posting doubled", "journals"))
    for line in (line for lines in namer.seen.lines.values() for line in lines):
        off = namer.seen.sums_of(line.journal_id).values()
        is_named = line.journal_id in namer.journals
        if line.posting_id in extras and not is_named and line.amount in off:
            namer.blame(posting_found(line, "posting too many", "journals"))


def _is_twin(line: Line, other: Line) -> bool:
    return (line.wallet_id, line.balance_type, line.amount) == (
        other.wallet_id,
        other.balance_type,
        other.amount,
    )


def _name_breaks(namer: Namer, missing: list[Missing]) -> None:
    """A running balance that jumps: its amount was changed, or its stamp is wrong."""
    undone: set[int] = set()
    for found in namer.seen.breaks:
        if not found.step or found.posting_id in undone | namer.postings:
            continue
        if _is_explained(namer, found, missing):
            continue
        after = _next(namer.seen.breaks, found)
        figures = {
            "balance_after": plain(found.balance_after),
            "balance_before": plain(found.chain_before),
        }
        if after is not None and after.step == found.step.copy_negate():
            undone.add(after.posting_id)
            namer.blame(posting_found(found, "running balance broken", "history", **figures))
        elif _has_other_amount(namer.seen, found):
            figures["amount_by_running_balance"] = plain(CONTEXT.add(found.amount, found.step))
            namer.blame(posting_found(found, "posting amount changed", "history", **figures))
            namer.expect(found.wallet_id, found.balance_type, found.step)
        else:
            namer.blame(posting_found(found, "running balance broken", "history", **figures))


def _is_explained(namer: Namer, found: Break, missing: list[Missing]) -> bool:
    start, end = found.chain_seq_before or 0, found.seq or 0
    return (found.wallet_id, found.chain_seq_before) in namer.places or any(
        gone.wallet_id == found.wallet_id and start < gone.seq < end for gone in missing
    )


def _next(breaks: list[Break], found: Break) -> Break | None:
    for other in breaks:
        if (
            (other.wallet_id, other.balance_type) == (found.wallet_id, found.balance_type)
            and other.posting_id != found.posting_id
            and other.chain_seq_before == found.seq
        ):
            return other
    return None


def _has_other_amount(seen: Seen, found: Break) -> bool:
    figures = seen.figures.get(found.wallet_id)
    if figures is None:
        return False
    journal = seen.sums_of(found.journal_id).get(figures.currency)
    return journal == found.step.copy_negate() or figures.off(found.balance_type) == found.step


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
