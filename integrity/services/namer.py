"""What has been named so far in one run, and what that explains."""

from dataclasses import dataclass, field
from decimal import Decimal

from coinhub.core.money import CONTEXT
from integrity.checks.found import Found
from integrity.services.seen import Seen

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
