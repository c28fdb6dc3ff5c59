"""A small arrival is credited with others or taken out of suspense again, never both."""

import time
from concurrent.futures import ThreadPoolExecutor

from django.db import connections

from coinhub.core.actor import Actor
from coinhub.users import roles
from tests.conftest import make_customer, make_staff
from tests.stepped import Stepped
from tests.wallets.services.test_deposits import arrives
from wallets.models import Receipt, Transaction, Wallet
from wallets.rails.configured import rail_named
from wallets.services import reversals
from wallets.services.reversals import Terms

HALF = rail_named("sandbox").minimum("BTC") / 2


def propose(txn, maker):
    return reversals.propose(
        original_id=txn.public_id,
        amount=HALF,
        terms=Terms(),
        reason="the chain took it back",
        maker=maker,
        actor=Actor(kind="staff", user_id=maker.pk, request_id="both"),
    )


def test_what_is_about_to_be_taken_back_is_waited_for_and_left_out(committed_db):
    user, maker = make_customer(), make_staff("maker", roles.OPERATIONS)
    first = arrives(f"first-{user.pk}", user.pk, str(HALF), currency="BTC")

    def arrive():
        try:
            return arrives(f"second-{user.pk}", user.pk, str(HALF), currency="BTC").state
        finally:
            connections.close_all()

    with Stepped() as staff, ThreadPoolExecutor(1) as pool:
        staff.do(lambda: propose(first.transaction, maker))
        second = pool.submit(arrive)
        while Receipt.objects.filter(customer=user, state="below_minimum").count() < 2:
            time.sleep(0.01)
        time.sleep(0.2)
        assert not second.done()
        staff.commit()
        assert second.result(5) == "below_minimum"
    assert not Wallet.objects.filter(owner=user, available__gt=0).exists()
    kinds = Transaction.objects.filter(original=first.transaction).values_list("type", flat=True)
    assert list(kinds) == ["reversal"]
