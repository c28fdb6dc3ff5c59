"""Trial runs: what a money command would meet, cost and leave, with nothing written."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from coinhub.core.errors import DomainError
from coinhub.core.money import CONTEXT, Money
from wallets.models import BalanceType, Transaction, Wallet
from wallets.policies import gates, limits, routing
from wallets.policies.gates import Command, GateResult
from wallets.selectors import currencies, fees, usage, wallets
from wallets.selectors.balances import Balances
from wallets.selectors.reasons import CONDITIONS
from wallets.selectors.standings import standing_of
from wallets.selectors.usage import Use

# What an arrival may wait for, under the names of the gates.
ARRIVAL_GATES = {
    "identity": routing.KYC,
    "account": routing.COMPLIANCE,
    "running": routing.PAUSED,
}


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of a trial run.

    ``wallet`` is the one whose balances are shown, ``after`` what would be in it; both are ``None``
    where there is no wallet, ``after`` also where there is too little in it.
    """

    gates: list[GateResult]
    amount: Money
    fee: Money
    usd: Decimal | None
    uses: list[Use]
    wallet: Wallet | None
    after: Balances | None

    @property
    def would_pass(self) -> bool:
        """Say whether every gate is open."""
        return all(gate.passed for gate in self.gates)


def try_out(command: Command, *, changes: Mapping[str, Decimal] | None = None) -> Trial:
    """Look at every gate of a command, at what is left of the limits, and at the balances after it.

    ``changes`` says how the balances of the command's wallet would change, by balance type; the
    amount and the fee leave its available balance where it is not given.
    """
    customer = command.customer
    ceilings = limits.guard_for(customer.id, customer.tier, command.operation).ceilings
    if changes is None:
        changes = {BalanceType.AVAILABLE: command.total.amount.copy_negate()}
    return Trial(
        gates=gates.evaluate(command),
        amount=command.amount,
        fee=command.fee,
        usd=_usd(command),
        uses=usage.uses_of(customer.id, ceilings),
        wallet=command.payer,
        after=_after(command.payer, changes),
    )


def try_arrival(*, customer_id: UUID, amount: Money) -> Trial:
    """Look at what an arrival would wait for, and at the balances after it; none is refused.

    The fee comes out of what can be used at once; what waits pays it when it is released.

    Raises: CurrencyUnknown, NotYours.
    """
    currency = currencies.get_currency(amount.currency)
    customer = wallets.get_customer(customer_id)
    wallet = Wallet.objects.filter(owner_id=customer_id, currency=currency).first()
    fee = fees.fee_for(Transaction.Type.DEPOSIT, amount)
    waits: tuple[str, ...] = ()
    if currency.needs_kyc:
        waits = routing.conditions_for(
            customer,
            currency,
            purpose=Transaction.Type.DEPOSIT,
            standing=standing_of(customer_id),
        )
    arrives = BalanceType.HELD if waits else BalanceType.AVAILABLE
    gets = amount if waits else amount - fee
    before = wallet or Wallet(currency=currency, decimals=currency.decimals)
    return Trial(
        gates=[
            GateResult(name, True, detail=f"held: {CONDITIONS[code]}" if code in waits else "")
            for name, code in ARRIVAL_GATES.items()
        ],
        amount=amount,
        fee=fee,
        usd=None,
        uses=[],
        wallet=wallet,
        after=_after(before, {arrives: gets.amount}),
    )


def _usd(command: Command) -> Decimal | None:
    try:
        valued = command.valued
    except DomainError:  # the gate of the amount says so
        return None
    return valued.usd if valued else None


def _after(wallet: Wallet | None, changes: Mapping[str, Decimal]) -> Balances | None:
    if wallet is None:
        return None
    figures = {
        name: CONTEXT.add(getattr(wallet, name), changes.get(name, Decimal(0)))
        for name in BalanceType.values
    }
    if wallet.floor is not None and figures[BalanceType.AVAILABLE] < wallet.floor:
        return None
    return Balances(wallet.version, **figures)
