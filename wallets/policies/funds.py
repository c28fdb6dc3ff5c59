"""May it leave, and is there enough: an answer before anything is tried."""

from coinhub.core.money import Money
from wallets.ledger.errors import InsufficientFunds, WalletClosed, WalletFrozen
from wallets.models import Wallet
from wallets.selectors.currencies import text_of


def require_open(payer: Wallet) -> None:
    """Refuse a wallet from which nothing leaves.

    Raises: WalletFrozen, WalletClosed.
    """
    if payer.status == Wallet.Status.FROZEN:
        raise WalletFrozen
    if payer.status == Wallet.Status.CLOSED:
        raise WalletClosed


def nothing_for(amount: Money) -> InsufficientFunds:
    """Make the refusal of a payment by whoever has no wallet of the currency yet."""
    nothing = Money.zero(amount.currency)
    return InsufficientFunds(available=text_of(nothing), required=text_of(amount))


def require_available(payer: Wallet, amount: Money) -> None:
    """Refuse early what the ledger would refuse; rows may be stale, the ledger decides under lock.

    Raises: WalletFrozen, WalletClosed; InsufficientFunds, with what could be spent and what is
        asked for.
    """
    require_open(payer)
    if payer.floor is None:
        return
    spendable = Money(payer.available, amount.currency) - Money(payer.floor, amount.currency)
    if spendable < amount:
        raise InsufficientFunds(available=text_of(spendable), required=text_of(amount))
