"""Customers and wallets for the accounts of another system."""

from collections.abc import Mapping
from decimal import Decimal

from django.contrib.auth.hashers import make_password
from django.db import transaction

from coinhub.users.models import User
from wallets.ledger import wallets as ledger_wallets
from wallets.models import Wallet
from wallets.selectors import imports

AT_ONCE = 200


def open_all(*, label: str, currency: str, floors: Mapping[str, Decimal]) -> dict[str, Wallet]:
    """Open a wallet for each outside account and give them by account, in the order given.

    Each becomes a customer who cannot sign in, named by label and account. A floor is only ever
    lowered: a second file of the same label may need more room, never less.

    Atomic: one transaction for a few hundred accounts.
    Repeat: the customers and wallets that exist.
    Writes: User, Wallet.
    """
    accounts = list(floors)
    opened: dict[str, Wallet] = {}
    for start in range(0, len(accounts), AT_ONCE):
        some = accounts[start : start + AT_ONCE]
        with transaction.atomic(durable=True):
            opened |= _open(label, currency, {account: floors[account] for account in some})
    return opened


def _open(label: str, currency: str, floors: Mapping[str, Decimal]) -> dict[str, Wallet]:
    known = imports.find_wallets(label, currency, list(floors))
    refs = {imports.external_ref(label, account): account for account in floors}
    User.objects.bulk_create(
        [
            User(external_ref=ref, name=f"Account {account}", password=make_password(None))
            for ref, account in refs.items()
            if account not in known
        ],
        ignore_conflicts=True,
    )
    owners = dict(
        User.objects.filter(external_ref__in=list(refs)).values_list("external_ref", "pk")
    )
    opened = {}
    for ref, account in refs.items():
        wallet = (
            known.get(account)
            or ledger_wallets.open_wallet(owner_id=owners[ref], currency=currency)[0]
        )
        if wallet.floor is not None and floors[account] < wallet.floor:
            ledger_wallets.set_state(wallet, floor=floors[account])
        opened[account] = wallet
    return opened
