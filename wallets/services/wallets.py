"""Use cases on wallets themselves."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from coinhub.core.actor import Actor, system
from coinhub.events import audit
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


def add_currency(currency: Currency, *, actor: Actor | None = None) -> list[Wallet]:
    """Add a currency together with the house's wallets in it.

    Atomic: joins the caller's transaction or opens one: no currency without its house wallets.
    Repeat: makes only what is missing.
    Writes: Currency, Wallet, AuditEvent.
    """
    with transaction.atomic():
        if currency._state.adding:
            currency.save(force_insert=True)
            _tell(currency, "currency.added", actor, before=None)
        return [
            ledger_wallets.open_wallet(
                owner_id=None,
                currency=currency.pk,
                code=entry.code,
                floor=entry.floor,
                folded=entry.folded,
            )[0]
            for entry in chart.house_wallets(currency.pk)
        ]


def describe_currency(currency: Currency, *, actor: Actor | None = None) -> None:
    """Change the name of a currency and its place in lists; nothing else of it ever changes.

    Atomic: joins the caller's transaction or opens one.
    Writes: Currency, AuditEvent.
    """
    with transaction.atomic():
        before = Currency.objects.get(pk=currency.pk)
        currency.save(update_fields=["name", "position"])
        _tell(currency, "currency.described", actor, before=_shown(before))


def _tell(
    currency: Currency, action: str, actor: Actor | None, before: dict[str, Any] | None
) -> None:
    audit.record(
        actor=actor or system(),
        action=action,
        object_type="currency",
        object_id=currency.pk,
        before=before,
        after=_shown(currency),
    )


def _shown(currency: Currency) -> dict[str, Any]:
    names = ("name", "kind", "decimals", "position")
    return {name: getattr(currency, name) for name in names}
