"""The back office's stage: staff of every role, and a ledger with something in it."""

from types import SimpleNamespace

import pytest

from coinhub.users import roles
from tests.conftest import gbp, make_customer, make_staff, wallet_of
from wallets.models import Currency, Wallet
from wallets.services import holds, transfers


@pytest.fixture
def superuser(db):
    return make_staff("root", superuser=True)


@pytest.fixture
def operator(db):
    return make_staff("operator", roles.OPERATIONS)


@pytest.fixture
def auditor(db):
    return make_staff("auditor", roles.AUDITOR)


@pytest.fixture
def reviewer(db):
    return make_staff("reviewer", roles.KYC)


@pytest.fixture
def office(superuser, signed_in):
    return signed_in(superuser)


@pytest.fixture
def booked(alice, bob, carol, actor):
    """A deposit, a transfer, an open hold, and a deposit that waits for an identity check."""
    payer, payee = wallet_of(alice, funded="100.00"), wallet_of(bob)
    paid = transfers.transfer(payer=payer, payee=payee, amount=gbp("30.00"), actor=actor)
    locked = holds.place_hold(
        payer=payer, payee=payee, amount=gbp("12.50"), purpose="card_auth", actor=actor
    )
    waiting = wallet_of(carol, funded="7.00")
    return SimpleNamespace(
        payer=payer,
        payee=payee,
        paid=paid.transaction,
        locked=locked.transaction,
        waiting=waiting,
        hold=locked.transaction.holds.get(),
    )


def pay_many(times, actor):
    """Book as many deposits and transfers between new people."""
    for _ in range(times):
        payer, payee = wallet_of(make_customer(), funded="2.00"), wallet_of(make_customer())
        transfers.transfer(payer=payer, payee=payee, amount=gbp("1.00"), actor=actor)


def house_wallets(currency):
    """List the codes of the house's wallets in a currency."""
    return set(
        Wallet.objects.filter(currency=currency, code__isnull=False).values_list("code", flat=True)
    )


def currencies():
    """List the codes of all currencies."""
    return set(Currency.objects.values_list("code", flat=True))
