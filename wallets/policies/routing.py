"""Credit routing: where money that arrives for a customer goes."""

from kyc.selectors import cases
from wallets.ledger.drafts import HoldDraft
from wallets.models import Currency, Wallet


def hold_for(payee: Wallet, currency: Currency, *, purpose: str) -> HoldDraft | None:
    """Say what an arriving credit waits for; ``None`` when it is available at once.

    A customer whose identity is not approved is credited in ``held`` with the condition ``kyc``;
    points need no identity. The edge loads ``payee`` with its owner and case for each request.
    """
    if payee.owner is None or not currency.needs_kyc or cases.is_approved(payee.owner):
        return None
    return HoldDraft(purpose=purpose, conditions=("kyc",))
