"""Missing postings: numbers left out of a wallet's seq, or counted by its row and not there."""

from dataclasses import dataclass
from decimal import Decimal

from coinhub.core.money import CONTEXT
from integrity.checks.found import Found, plain
from integrity.checks.relations import TYPES, Figures
from integrity.services.seen import Seen

MOST = 20  # numbers told of one wallet
Moved = tuple[str | None, Decimal | None]  # balance type and amount, where they are known


@dataclass(frozen=True, slots=True)
class Missing:
    """One posting that should be there; amount and journal where they can be worked out."""

    wallet_id: int
    seq: int
    is_newest: bool
    balance_type: str | None
    amount: Decimal | None
    journal_id: int | None

    def found(self) -> Found:
        """Make the finding."""
        journal = f", journal {self.journal_id}" if self.journal_id else ""
        kind = f", {self.balance_type}" if self.balance_type else ""
        return Found(
            check="history",
            source="newest posting missing" if self.is_newest else "posting missing",
            place=f"wallet {self.wallet_id}, seq {self.seq}{journal}{kind}",
            wallet_id=self.wallet_id,
            journal_id=self.journal_id,
            seq=self.seq,
            balance_type=self.balance_type or "",
            figures={"amount": plain(self.amount)} if self.amount is not None else {},
        )


def find_missing(seen: Seen) -> list[Missing]:
    """List the postings that the wallets' numbers and versions ask for and that are not there."""
    found: list[Missing] = []
    for figures in seen.figures.values():
        numbers = _gaps(seen, figures) + _tail(figures)
        for number, (kind, amount) in _worked_out(seen, figures, numbers[:MOST]).items():
            found.append(
                Missing(
                    wallet_id=figures.wallet_id,
                    seq=number,
                    is_newest=number == figures.version > figures.newest,
                    balance_type=kind,
                    amount=amount,
                    journal_id=_journal(seen, figures, amount, {m.journal_id for m in found}),
                )
            )
    return found


def find_lost(seen: Seen, figures: Figures, kind: str, named: set[int]) -> Missing | None:
    """Find the journal that lacks exactly what the row has more than its postings.

    So a lost newest posting is told from a wrong row even where the version was set back with it.
    """
    amount = figures.off(kind)
    journal_id = _journal(seen, figures, amount, set(named))
    if journal_id is None:
        return None
    return Missing(figures.wallet_id, figures.newest + 1, True, kind, amount, journal_id)


def _gaps(seen: Seen, figures: Figures) -> list[int]:
    return [
        number
        for found in seen.breaks
        if found.wallet_id == figures.wallet_id and found.seq is not None
        for number in found.missing[: MOST + 1]
        if number <= figures.version
    ]


def _tail(figures: Figures) -> list[int]:
    """A version above the newest seq: lost, unless the row agrees and only its version is wrong.

    The postings of a folded wallet are counted by its fold rows, which are looked at by themselves.
    """
    if figures.is_folded or not any(figures.off(kind) for kind in TYPES):
        return []
    return list(range(figures.newest + 1, figures.version + 1)[: MOST + 1])


def _worked_out(seen: Seen, figures: Figures, numbers: list[int]) -> dict[int, Moved]:
    """Work out what each posting moved: jumps of the running balances, and what is left."""
    moved = {number: _jump(seen, figures, number, numbers) for number in numbers}
    unknown = [number for number, (kind, _) in moved.items() if kind is None]
    if len(unknown) == 1:
        moved[unknown[0]] = _rest(figures, list(moved.values()))
    return moved


def _jump(seen: Seen, figures: Figures, number: int, numbers: list[int]) -> Moved:
    """The jump of the running balance over a missing posting, when it is the only one there."""
    for found in seen.breaks:
        start, end = found.chain_seq_before or 0, found.seq or 0
        is_over = found.wallet_id == figures.wallet_id and start < number < end and found.step
        if is_over and sum(start < other < end for other in numbers) == 1:
            return found.balance_type, found.step
    return None, None


def _rest(figures: Figures, moved: list[Moved]) -> Moved:
    """What the wallet row has more than its postings and no jump explains."""
    left = {kind: figures.off(kind) for kind in TYPES}
    for kind, amount in moved:
        if kind is not None and amount is not None:
            left[kind] = CONTEXT.subtract(left[kind], amount)
    open_kinds = [(kind, amount) for kind, amount in left.items() if amount]
    return open_kinds[0] if len(open_kinds) == 1 else (None, None)


def _journal(
    seen: Seen, figures: Figures, amount: Decimal | None, taken: set[int] | set[int | None]
) -> int | None:
    """Find the journal that lacks this amount in the wallet's currency."""
    candidates = [
        found.journal_id
        for found in seen.imbalances
        if found.currency == figures.currency
        and amount is not None
        and found.amount == amount.copy_negate()
    ]
    free = [journal_id for journal_id in candidates if journal_id not in taken]
    return free[0] if free else None
