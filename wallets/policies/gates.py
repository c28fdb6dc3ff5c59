"""The gates of every money command, in one order, the same for pages and API.

The first gate that is closed refuses. Two of them, limits and funds, are decided where the money is
booked, under lock; here they are only looked at: for a trial run, and before somebody is asked for
a second factor in vain. Who may call at all, keys, and the form of the body were looked at before.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

from coinhub.core.errors import DomainError
from coinhub.core.money import Money
from kyc.models import Case
from wallets.ledger.errors import (
    AccountFrozen,
    CooldownActive,
    LimitExceeded,
    ServicePaused,
)
from wallets.ledger.guard import PAYMENTS
from wallets.models import Wallet
from wallets.policies import funds, limits
from wallets.selectors import usage
from wallets.selectors.currencies import get_currency
from wallets.selectors.limits import limits_of
from wallets.selectors.prices import Valued, find_value
from wallets.selectors.standings import Standing

REQUIRED_TIER = 1  # of whoever moves money


class KycRequired(DomainError):
    """The identity of the customer is not checked far enough; says what is needed and what is."""

    code = "KYC_REQUIRED"
    status = 403
    title = "Your identity check comes first"


class StepUp(Protocol):
    """How a use case has its caller confirm one exact operation; made by ``services.step_up``."""

    def is_needed(self, usd: Decimal | None) -> bool:
        """Say whether a payment of this value needs a confirmation."""
        ...

    def ask(self) -> None:
        """Go on only with the confirmation; a refusal opens a challenge."""
        ...

    def look(self) -> None:
        """Refuse as ``ask`` would, and write nothing."""
        ...


@dataclass(frozen=True, slots=True)
class Customer:
    """Who pays: as far as the gates care."""

    id: UUID
    kyc_status: str = Case.Status.NOT_STARTED
    tier: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A money command before anything moves.

    ``operation`` is the type of the transaction to be. ``unowned`` is what looking up the named
    objects refused, ``destination`` looks at where money would leave to; both take their turn.
    """

    customer: Customer
    operation: str
    amount: Money
    fee: Money
    standing: Standing
    payer: Wallet | None
    unowned: DomainError | None = None
    step_up: StepUp | None = None
    destination: Callable[[], None] | None = None

    @property
    def total(self) -> Money:
        """What leaves the payer's available balance: the amount and the fee."""
        amount, fee = self.amount, self.fee
        return amount + fee

    @property
    def valued(self) -> Valued | None:
        """What it counts in the limits; ``None`` for points and for what counts into none.

        Raises: PriceUnavailable.
        """
        return find_value(self.amount) if self.operation in PAYMENTS else None


@dataclass(frozen=True, slots=True)
class GateResult:
    """One gate of a trial run: open, or closed with the code of its refusal."""

    name: str
    passed: bool
    code: str | None = None
    detail: str = ""
    members: dict[str, Any] = field(default_factory=dict)


def require(command: Command) -> Valued | None:
    """Refuse at the first gate that is closed, and give what the payment is worth.

    Limits and funds are left to the booking, which looks under lock; where a second factor is
    asked for, the limits are looked at before.

    Raises: the refusal of the gate.
    """
    _running(command)
    _owned(command)
    _not_frozen(command)
    _identified(command)
    _not_paused(command)
    valued = _in_range(command)
    step_up = command.step_up
    if step_up is not None and step_up.is_needed(valued.usd if valued else None):
        _within_limits(command)
        step_up.ask()
    _destination(command)
    return valued


def require_funds(command: Command) -> None:
    """Refuse early what the booking would refuse: too little for the amount and the fee.

    Raises: InsufficientFunds, WalletFrozen, WalletClosed.
    """
    if command.payer is None:
        raise funds.nothing_for(command.total)
    funds.require_available(command.payer, command.total)


def evaluate(command: Command) -> list[GateResult]:
    """Look at every gate, whatever the others say; nothing is written."""
    return [_look(name, gate, command) for name, gate in GATES.items()]


def _look(name: str, gate: Callable[[Command], object], command: Command) -> GateResult:
    try:
        gate(command)
    except DomainError as refusal:
        return GateResult(name, False, refusal.code, refusal.detail, refusal.members)
    return GateResult(name, True)


def _running(command: Command) -> None:
    require_running(command.standing, command.operation, command.amount.currency)


def require_running(standing: Standing, operation: str, currency: str) -> None:
    """Refuse what the emergency stop holds.

    Raises: ServicePaused.
    """
    stop = standing.stopped(operation, currency)
    if stop is not None:
        raise ServicePaused(message=stop.message, retry_after=60, since=stop.since)


def _owned(command: Command) -> None:
    if command.unowned is not None:
        raise command.unowned


def _not_frozen(command: Command) -> None:
    if not command.standing.may_pay:
        raise AccountFrozen
    if command.payer is not None:
        funds.require_open(command.payer)


def _identified(command: Command) -> None:
    customer = command.customer
    if not get_currency(command.amount.currency).needs_kyc:
        return
    if customer.kyc_status != Case.Status.APPROVED or customer.tier < REQUIRED_TIER:
        raise KycRequired(required_tier=REQUIRED_TIER, current_status=customer.kyc_status)


def _not_paused(command: Command) -> None:
    if command.standing.pause_s:
        raise CooldownActive(retry_after=command.standing.pause_s)


def _in_range(command: Command) -> Valued | None:
    customer, valued = command.customer, command.valued
    limits.require_in_range(command.amount, valued, limits_of(customer.id, customer.tier))
    return valued


def _within_limits(command: Command) -> None:
    valued, customer = command.valued, command.customer
    if valued is None:
        return
    ceilings = limits.guard_for(customer.id, customer.tier, command.operation).ceilings
    for use in usage.uses_of(customer.id, ceilings):
        if use.would_pass(valued.usd):
            raise LimitExceeded(
                limit=use.name,
                frees_at=use.frees_at,
                **use.texts(),
            )


def _confirmed(command: Command) -> None:
    valued, step_up = command.valued, command.step_up
    if step_up is not None and step_up.is_needed(valued.usd if valued else None):
        step_up.look()


def _destination(command: Command) -> None:
    if command.destination is not None:
        command.destination()


GATES: dict[str, Callable[[Command], object]] = {
    "running": _running,
    "ownership": _owned,
    "account": _not_frozen,
    "identity": _identified,
    "cooldown": _not_paused,
    "amount": _in_range,
    "limits": _within_limits,
    "second_factor": _confirmed,
    "destination": _destination,
    "funds": require_funds,
}
