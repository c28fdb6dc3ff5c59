"""Naming what is wrong with single postings: moved, missing, doubled, changed, wrongly stamped."""

from coinhub.core.money import CONTEXT
from integrity.checks.found import Found, plain
from integrity.checks.history import Break
from integrity.checks.journals import Line
from integrity.services.missing import Missing
from integrity.services.namer import Namer
from integrity.services.seen import Seen


def _posting_found(line: Line | Break, source: str, check: str, **figures: str) -> Found:
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


def name_moved(namer: Namer) -> None:
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
                namer.blame(_posting_found(line, source, "journals", **figures))


def name_missing(namer: Namer, missing: list[Missing]) -> None:
    """A number of a wallet's history that is not there; one that was moved is named elsewhere."""
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


def name_doubled(namer: Namer) -> None:
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
                namer.blame(_posting_found(line, "posting doubled", "journals"))
    for line in (line for lines in namer.seen.lines.values() for line in lines):
        off = namer.seen.sums_of(line.journal_id).values()
        is_named = line.journal_id in namer.journals
        if line.posting_id in extras and not is_named and line.amount in off:
            namer.blame(_posting_found(line, "posting too many", "journals"))


def _is_twin(line: Line, other: Line) -> bool:
    return (line.wallet_id, line.balance_type, line.amount) == (
        other.wallet_id,
        other.balance_type,
        other.amount,
    )


def name_breaks(namer: Namer, missing: list[Missing]) -> None:
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
            namer.blame(_posting_found(found, "running balance broken", "history", **figures))
        elif _has_other_amount(namer.seen, found):
            figures["amount_by_running_balance"] = plain(CONTEXT.add(found.amount, found.step))
            namer.blame(_posting_found(found, "posting amount changed", "history", **figures))
            namer.expect(found.wallet_id, found.balance_type, found.step)
        else:
            namer.blame(_posting_found(found, "running balance broken", "history", **figures))


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
