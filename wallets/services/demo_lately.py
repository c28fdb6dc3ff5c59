"""What happened lately in the demo: payments that went wrong, that wait, and that were put right.

Each scene has a name under which it is played once; what was interrupted goes on from where it is.
What leaves what the contract promises to be available as it was: sums come back, or are in euros.
"""

from collections.abc import Callable

from coinhub.approvals import services as approvals
from coinhub.approvals.models import Approval
from coinhub.core.money import Money
from wallets.ledger.request import Booked
from wallets.models import Transaction
from wallets.services import adjustments, recalls, refunds, reversals, transfers
from wallets.services.demo_stage import Stage, count_booked, find_booked, money, request_of
from wallets.services.demo_story import ALICE, BOB, CAROL

MAKER, CHECKER = "maker@example.com", "checker@example.com"
State = Transaction.State
SENT_TWICE = "Bob sent the rent twice and asked for the second one back"
THANKS = "He told us of the bug in the statement first"
TOO_MANY = "Granted to both for one survey, it was hers alone to give"
GOODWILL = "His card payment was held for a day too long"


def play(stage: Stage) -> int:
    """Play the scenes between customers and those with staff, and say how many steps are new.

    Atomic: each step by itself.
    Repeat: a scene that was played is not played again.
    Writes: what the use cases write.
    """
    before = count_booked()
    _refund(stage)
    _recall(stage)
    _reversal(stage)
    _points(stage)
    _waiting(stage)
    return count_booked() - before


def _refund(stage: Stage) -> None:
    """Bob gives back a part of what Alice paid, and pays the rest for something else."""
    paid = _pay(stage, "lately-present", ALICE, BOB, money("60.00", "GBP"), "Two concert tickets")
    if find_booked("lately-refund") is None:
        refunds.refund(
            owner_id=stage.people[BOB],
            transaction_id=paid.public_id,
            amount="20.00",
            actor=stage.acts(BOB),
            request=request_of("lately-refund", "20.00"),
        )
    _pay(stage, "lately-tickets", BOB, ALICE, money("40.00", "GBP"), "Could not go after all")


def _recall(stage: Stage) -> None:
    """Alice pays Carol, who cannot use it yet, and takes it back."""
    paid = _pay(stage, "lately-wrong", ALICE, CAROL, money("15.00", "GBP"), "For the wrong Carol")
    if paid.state == State.HELD:
        recalls.recall(
            owner_id=stage.people[ALICE], transaction_id=paid.public_id, actor=stage.acts(ALICE)
        )


def _reversal(stage: Stage) -> None:
    """Bob pays the rent twice; maker and checker take the second payment back."""
    paid = _pay(stage, "lately-twice", BOB, ALICE, money("325.00", "GBP"), "Rent, my half")

    def propose() -> Approval:
        return reversals.propose(
            original_id=paid.public_id,
            amount=paid.amount,
            terms=reversals.Terms(category="customer_request"),
            reason=SENT_TWICE,
            maker=stage.person(MAKER),
            actor=stage.acts(MAKER, "staff"),
        )

    _decide(stage, SENT_TWICE, propose)


def _points(stage: Stage) -> None:
    """Points are granted to Bob, who gives them to Alice, from whom they are taken."""
    amount = money("50", "PTS")
    _decide(stage, THANKS, lambda: _adjust(stage, "points_grant", amount, BOB, THANKS))
    _pay(stage, "lately-points", BOB, ALICE, amount, "You found it, really")
    _decide(stage, TOO_MANY, lambda: _adjust(stage, "points_take", amount, ALICE, TOO_MANY))


def _waiting(stage: Stage) -> None:
    """The maker proposes goodwill for Bob, and nobody has decided yet."""
    newest = _newest(GOODWILL)
    if newest is None or newest.state == Approval.State.EXPIRED:
        _adjust(stage, "goodwill", money("15.00", "GBP"), BOB, GOODWILL)


def _adjust(stage: Stage, kind: str, amount: Money, email: str, reason: str) -> Approval:
    return adjustments.propose(
        kind=kind,
        amount=amount,
        customer_id=stage.people[email],
        reason=reason,
        maker=stage.person(MAKER),
        actor=stage.acts(MAKER, "staff"),
    )


def _decide(stage: Stage, reason: str, propose: Callable[[], Approval]) -> None:
    """Have the maker propose and the checker approve, unless both did before."""
    proposed = _newest(reason) or propose()
    if proposed.state == Approval.State.PENDING:
        approvals.approve(
            proposed.public_id,
            checker=stage.person(CHECKER),
            shown_sha256=proposed.payload_sha256,
            actor=stage.acts(CHECKER, "staff"),
        )


def _newest(reason: str) -> Approval | None:
    """Give what the maker last proposed with this reason, which names the scene."""
    rows = Approval.objects.filter(maker__email=MAKER, reason=reason)
    return rows.order_by("-id").first()


def _pay(stage: Stage, name: str, payer: str, payee: str, amount: Money, note: str) -> Transaction:
    found = find_booked(name)
    if found is not None:
        return found
    booked: Booked = transfers.transfer(
        payer=stage.wallet(payer, amount.currency),
        payee=stage.wallet(payee, amount.currency),
        amount=amount,
        actor=stage.acts(payer),
        note=note,
        request=request_of(name, str(amount.amount)),
    )
    return booked.transaction
