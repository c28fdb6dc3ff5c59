"""Credit routing: where money that arrives for a customer goes, and what it waits for."""

from dataclasses import dataclass

from coinhub.users.models import User
from kyc.selectors import cases
from wallets.ledger import chart
from wallets.ledger.drafts import HoldDraft
from wallets.models import Currency, Transaction, Wallet
from wallets.selectors.house import get_house_wallet
from wallets.selectors.standings import Standing, standing_of

KYC, COMPLIANCE, PAUSED = "kyc", "compliance", "paused"


@dataclass(frozen=True, slots=True)
class Route:
    """Where a credit goes: the wallet, and the hold it waits on, if it waits."""

    payee: Wallet
    hold: HoldDraft | None


def route(
    payee: Wallet, currency: Currency, *, purpose: str, standing: Standing | None = None
) -> Route:
    """Say where an arriving credit goes: what arrives for a customer who left is in suspense.

    Raises: HouseWalletMissing.
    """
    if payee.owner is not None and not payee.owner.is_active:
        return Route(get_house_wallet(chart.SUSPENSE, currency.pk), None)
    return Route(payee, hold_for(payee, currency, purpose=purpose, standing=standing))


def hold_for(
    payee: Wallet, currency: Currency, *, purpose: str, standing: Standing | None = None
) -> HoldDraft | None:
    """Say what an arriving credit waits for; ``None`` when it is available at once.

    All that it waits for stands on the one hold: ``kyc`` while the identity is not approved,
    ``compliance`` while the customer is frozen for credits, ``paused`` for a deposit while deposits
    are stopped. Points wait for nothing. The edge loads ``payee`` with its owner and case for each
    request; who knows the payee's standing hands it in.
    """
    if payee.owner is None or not currency.needs_kyc:
        return None
    conditions = conditions_for(
        payee.owner, currency, purpose=purpose, standing=standing or standing_of(payee.owner.pk)
    )
    return HoldDraft(purpose=purpose, conditions=conditions) if conditions else None


def conditions_for(
    customer: User, currency: Currency, *, purpose: str, standing: Standing
) -> tuple[str, ...]:
    """List what a credit for a customer waits for, in the order in which it is told."""
    stopped = purpose == Transaction.Type.DEPOSIT and standing.stopped(purpose, currency.pk)
    reasons = {
        KYC: not cases.is_approved(customer),
        COMPLIANCE: not standing.may_receive,
        PAUSED: bool(stopped),
    }
    return tuple(code for code, waits in reasons.items() if waits)
