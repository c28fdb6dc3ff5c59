"""A stop or a freeze holds what still waits for its turn, not only what comes after it."""

from uuid import uuid4

import pytest

from coinhub.core.actor import Actor
from tests.conftest import gbp, make_customer, wallet_of
from tests.sessions import as_owner
from tests.stepped import Stepped, outcome_of
from wallets.ledger.errors import AccountFrozen, ServicePaused
from wallets.models import Wallet
from wallets.services import freezes, stops, transfers

STAFF = Actor(kind="staff", request_id="waiting")


@pytest.fixture
def two(committed_db):
    return wallet_of(make_customer(), funded="100.00"), wallet_of(make_customer())


def pay(payer, payee):
    return transfers.pay(
        owner_id=payer.owner_id,
        to=str(payee.public_id),
        amount=gbp("1.00"),
        actor=Actor(kind="customer", user_id=payer.owner_id, request_id=str(uuid4())),
    )


def freeze(payer):
    return freezes.freeze(
        customer_id=payer.owner_id, kind="debit", reason="asked by a court", actor=STAFF
    )


def stop(_payer):
    return stops.engage(scope="operation", value="transfer", reason="a drill", actor=STAFF)


def lift(engage, row):
    table = "wallets_freeze" if engage is freeze else "wallets_stop"
    with as_owner(autocommit=True) as owner:
        owner.execute(f"UPDATE {table} SET lifted_at = now() WHERE id = %s", [row.pk])  # noqa: S608


@pytest.mark.parametrize(("engage", "refusal"), [(freeze, AccountFrozen), (stop, ServicePaused)])
def test_a_payment_in_its_customers_queue_is_held(two, engage, refusal):
    payer, payee = two
    with Stepped() as one, Stepped() as other:
        one.do(lambda: pay(payer, payee))
        waiting = other.start(lambda: pay(payer, payee))
        assert other.is_waiting()
        row = engage(payer)
        try:
            one.commit()
            assert outcome_of(waiting) is refusal
        finally:
            lift(engage, row)
    assert Wallet.objects.get(pk=payer.pk).available == 99
