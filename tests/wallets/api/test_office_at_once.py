"""One key, many proposals at once: one is made, all are told of it."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connections

from coinhub.approvals.models import Approval
from coinhub.core.actor import system
from coinhub.users import roles
from tests.api_client import Caller
from tests.conftest import gbp, make_customer, make_staff
from tests.wallets.relations import balances
from wallets.services import transfers

WHY = "the customer paid the wrong person"
CALLERS = 12


@pytest.fixture
def person(committed_db):
    return make_staff("maker", roles.OPERATIONS)


def at_once(person, place, body, way="post"):
    key, barrier = f"office-{uuid4()}", Barrier(CALLERS)
    callers = [Caller(person) for _ in range(CALLERS)]

    def send(caller):
        try:
            barrier.wait(timeout=10)
            return getattr(caller, way)(place, body, key=key)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(CALLERS) as pool:
        answers = list(pool.map(send, callers))
    again = getattr(callers[0], way)(place, body, key=key)
    assert again.status_code == 202
    told = [(one.status_code, one.json().get("code")) for one in answers]
    # Who comes while the first is at work is asked to come again, and told of nothing else.
    assert set(told) <= {(202, None), (409, "IDEMPOTENCY_IN_PROGRESS"), (503, "TRY_AGAIN")}
    assert {one.content for one in answers if one.status_code == 202} == {again.content}


def test_of_all_of_a_payment_is_one(person, payer, payee):
    paid = transfers.transfer(
        payer=payer, payee=payee, amount=gbp("100.00"), actor=system()
    ).transaction
    at_once(person, f"admin/transactions/{paid.public_id}/reverse", {"reason": WHY})
    assert Approval.objects.filter(maker=person).count() == 1
    assert balances(payee) == (0, 0, 100)


def test_of_points_is_one(person):
    body = {"change": "grant", "amount": "5", "reason": WHY}
    at_once(person, f"admin/users/{make_customer().pk}/points", body, way="put")
    assert Approval.objects.filter(maker=person).count() == 1
