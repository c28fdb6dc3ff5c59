"""Use cases on wallets themselves."""

from decimal import Decimal
from uuid import UUID

from django.db import transaction

from wallets.ledger import chart
from wallets.ledger import wallets as ledger_wallets
from wallets.models import Currency, Wallet


def open_wallet(*, owner_id: UUID, currency: str) -> Wallet:
    """Open a customer's wallet in a currency, on first use.

    Atomic: one statement.
    Repeat: the wallet that exists. The first wallet of a customer becomes the primary one.
    Writes: Wallet.
    Raises: NotYours when there is no such currency.
    """
    return ledger_wallets.open_wallet(owner_id=owner_id, currency=currency)[0]


def freeze(wallet: Wallet) -> None:
    """Stop everything that leaves a wallet's available balance, from the next posting on."""
    ledger_wallets.set_state(wallet, status=Wallet.Status.FROZEN)


def unfreeze(wallet: Wallet) -> None:
    """Let a frozen wallet pay again."""
    ledger_wallets.set_state(wallet, status=Wallet.Status.ACTIVE)


def close(wallet: Wallet) -> None:
    """Close an empty wallet that is not the primary one, for good.

    Raises: WalletUnchangeable.
    """
    ledger_wallets.set_state(wallet, status=Wallet.Status.CLOSED)


def grant_overdraft(wallet: Wallet, *, floor: Decimal) -> None:
    """Let the available balance of a customer's wallet go down to ``floor`` (zero or less).

    Raises: WalletUnchangeable when the balance is below that already.
    """
    ledger_wallets.set_state(wallet, floor=floor)


def add_currency(currency: Currency) -> list[Wallet]:
    """Add a currency together with the house's wallets in it.

    Atomic: joins the caller's transaction or opens one: no currency without its house wallets.
    Repeat: makes only what is missing.
    Writes: Currency, Wallet.
    """
    with transaction.atomic():
        if currency._state.adding:
            currency.save(force_insert=True)
        return [
            ledger_wallets.open_wallet(
                owner_id=None, currency=currency.pk, code=entry.code, floor=entry.floor
            )[0]
            for entry in chart.house_wallets(currency.pk)
        ]
