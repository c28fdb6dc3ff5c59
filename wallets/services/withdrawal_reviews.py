"""Looking at a withdrawal before anything moves: on the page, and in a trial run."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from coinhub.core.actor import Actor
from coinhub.core.db import database_clock
from coinhub.users.services.confirmations import StepUpRequired
from wallets.policies import funds, gates, withdrawing
from wallets.policies.withdrawing import Price
from wallets.services import mandates
from wallets.services.mandates import Mandate
from wallets.services.withdrawal_plans import Plan, Wish, prepare


@dataclass(frozen=True, slots=True)
class Begun:
    """A withdrawal that waits for its code: what it costs, and until when it would cool."""

    challenge_id: UUID | None
    price: Price
    cools_until: datetime | None


def begin(*, customer_id: UUID, wish: Wish, actor: Actor) -> Begun:
    """Ask for the second factor of a withdrawal that could be; nothing moves.

    Atomic: as ``confirmations.require``.
    Writes: Confirmation.
    Raises: what ``withdraw`` refuses, but for the second factor.
    """
    plan = prepare(customer_id, wish, mandates.NONE, actor, None)
    challenge_id: UUID | None = None
    try:
        gates.require(plan.command)
    except StepUpRequired as needed:
        challenge_id = needed.members["challenge_id"]
    _require_enough(plan.command)
    return Begun(challenge_id, plan.price, _cools(plan))


def look_again(*, customer_id: UUID, wish: Wish) -> Begun:
    """Say what a withdrawal costs and until when it would cool, once more; nothing is asked.

    Raises: AmountOutOfRange, NotWithdrawable.
    """
    plan = prepare(customer_id, wish, mandates.NONE, Actor(kind="customer"), None)
    return Begun(None, plan.price, _cools(plan))


def look(
    *, customer_id: UUID, wish: Wish, mandate: Mandate, actor: Actor
) -> tuple[gates.Command, list[gates.GateResult]]:
    """Look at every gate of a withdrawal; nothing is written.

    Raises: AmountOutOfRange and NotWithdrawable, without which there is nothing to look at.
    """
    plan = prepare(customer_id, wish, mandate, actor, None)
    return plan.command, gates.evaluate(plan.command)


def _require_enough(command: gates.Command) -> None:
    """Refuse early what the ledger would refuse."""
    if command.payer is None:
        raise funds.nothing_for(command.total)
    funds.require_available(command.payer, command.total)


def _cools(plan: Plan) -> datetime | None:
    if plan.destination is None:
        return None
    return withdrawing.cools_until(plan.customer, plan.destination, database_clock())
