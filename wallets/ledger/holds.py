"""The next step of an operation that holds locked money: capture or void."""

from datetime import date

from coinhub.core.actor import Actor
from coinhub.core.money import Money, less
from wallets.ledger.drafts import HoldDraft, Leg, leg
from wallets.ledger.errors import HoldTooSmall
from wallets.ledger.request import Booked, MoneyRequest
from wallets.ledger.steps import StepDraft, Take, step
from wallets.models import BalanceType, Hold, Transaction, Wallet

State = Transaction.State


def capture(
    hold: Hold,
    *,
    payee: Wallet,
    amount: Money,
    actor: Actor,
    waits: HoldDraft | None = None,
    value_date: date | None = None,
    request: MoneyRequest | None = None,
) -> Booked:
    """Pay the payee out of a hold and give what remains back to the payer.

    With ``waits`` the payee is credited in ``held``, on that hold.

    Atomic: one statement, which is a transaction by itself; inside a transaction it joins it.
    Repeat: the same request gives back the first answer; without a key the hold has ended.
    Writes: Journal with Postings, Holds, state of the Transaction, AuditEvent, OutboxEvent.
    Raises: HoldEnded, HoldTooSmall, MoveNotAllowed, WalletClosed.
    """
    rest = less(hold.remaining, amount.amount)
    if hold.remaining and rest < 0:
        raise HoldTooSmall
    arrives = BalanceType.HELD if waits else BalanceType.AVAILABLE
    legs = [
        leg(hold.wallet, hold.remaining.copy_negate(), BalanceType.LOCKED),
        leg(payee, amount.amount, arrives),
    ]
    if rest:
        legs.append(leg(hold.wallet, rest))
    to = State.HELD if waits else State.COMPLETED
    draft = _ends(hold, to, Hold.State.CAPTURED, tuple(legs), waits, value_date)
    return step(draft, actor=actor, event="hold.captured", request=request)


def void(
    hold: Hold,
    *,
    actor: Actor,
    value_date: date | None = None,
    request: MoneyRequest | None = None,
) -> Booked:
    """Give all of a hold back to the payer's available balance.

    Atomic, Repeat, Writes: as ``capture``.
    Raises: HoldEnded, MoveNotAllowed.
    """
    legs = (
        leg(hold.wallet, hold.remaining.copy_negate(), BalanceType.LOCKED),
        leg(hold.wallet, hold.remaining),
    )
    draft = _ends(hold, State.CANCELLED, Hold.State.VOIDED, legs, None, value_date)
    return step(draft, actor=actor, event="hold.voided", request=request)


def _ends(
    hold: Hold,
    to: str,
    end_state: str,
    legs: tuple[Leg, ...],
    place: HoldDraft | None,
    value_date: date | None,
) -> StepDraft:
    return StepDraft(
        transaction=hold.transaction,
        from_states=(State.AUTHORISED,),
        to=to,
        name=f"{end_state}:{hold.pk}",
        # A hold that ended has nothing left to give: the state refuses before legs are looked at.
        legs=legs if hold.remaining else (),
        takes=(Take(hold, hold.remaining, end_state),) if hold.remaining else (),
        place=place if hold.remaining else None,
        value_date=value_date,
    )
