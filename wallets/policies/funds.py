"""Is there enough: an answer before anything is tried."""

from coinhub.core.money import Money
from wallets.ledger.errors import InsufficientFunds
from wallets.models import Wallet


def require_available(payer: Wallet, amount: Money) -> None:
    """Refuse early what the ledger would refuse; rows may be stale, the ledger decides under lock.

    Raises: InsufficientFunds, with what could be spent and what is asked for.
    """
    if payer.floor is None:
        return
    spendable = Money(payer.available, amount.currency) - Money(payer.floor, amount.currency)
    if spendable < amount:
        raise InsufficientFunds(
            available=format(spendable.amount, "f"), required=format(amount.amount, "f")
        )
