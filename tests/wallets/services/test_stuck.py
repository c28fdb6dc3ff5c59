"""Stuck payments are ended or told of, and answers are emptied after a day."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from coinhub.core.actor import system
from coinhub.events.models import AuditEvent
from tests.api_client import Caller, new_key
from tests.by_owner import grow_old
from tests.conftest import gbp, make_customer, wallet_of
from tests.wallets.leaving import due, leaver, place, state_of, withdraw
from wallets.models import Hold, IdempotencyKey, Wallet, Withdrawal
from wallets.selectors.stuck import LONGEST, REPORTED
from wallets.services import holds, stuck


@pytest.mark.django_db
class TestExpiredHolds:
    def test_give_the_money_back(self, alice, bob):
        payer = wallet_of(alice, funded="10.00")
        soon = timezone.now() + timedelta(milliseconds=300)
        booked = holds.place_hold(
            payer=payer, payee=wallet_of(bob), amount=gbp("4.00"), purpose="test",
            actor=system(), expires_at=soon,
        )  # fmt: skip
        assert stuck.finish_stuck() == 0
        wait_until(soon)
        assert stuck.finish_stuck() == 1
        assert state_of(booked.transaction) == "cancelled"
        assert Hold.objects.get(transaction=booked.transaction).state == "expired"
        payer.refresh_from_db()
        assert (payer.available, payer.locked) == (10, 0)


def wait_until(moment):
    time.sleep(max((moment - timezone.now()).total_seconds(), 0) + 0.05)


@pytest.mark.django_db
class TestOverdue:
    def test_a_withdrawal_that_no_worker_looks_at_is_told_of_once(self):
        user = leaver()
        txn = withdraw(user, "10.00", place(user, age_h=1))
        assert stuck.finish_stuck() == 0
        due(txn)
        late = timezone.now() - timedelta(minutes=16)
        Withdrawal.objects.filter(transaction=txn).update(next_at=late)
        assert (stuck.finish_stuck(), stuck.finish_stuck()) == (1, 0)
        told = AuditEvent.objects.filter(action=REPORTED, object_id=str(txn.public_id))
        assert told.count() == 1
        assert state_of(txn) == "cooling"

    def test_every_open_state_of_what_waits_has_its_longest_time(self):
        assert {(longest.type, longest.state) for longest in LONGEST} >= {
            ("withdrawal", "sent"),
            ("withdrawal", "unknown"),
            ("deposit", "held"),
            ("transfer", "held"),
            ("reversal", "pending_approval"),
        }


class TestAnswers:
    def test_are_emptied_after_a_day_and_the_key_is_never_used_again(self, committed_db):
        alice = make_customer()
        wallet_of(alice, funded="10.00")
        caller, key = Caller(alice), new_key()
        body = {"amount": "1.00", "currency": "GBP", "external_ref": f"old-{key}"}
        first = caller.post("deposit", body, key=key)
        row = IdempotencyKey.objects.get(caller=alice.pk, key=key)
        stuck.empty_answers()
        assert caller.post("deposit", body, key=key).content == first.content
        grow_old(alice.pk, "24 hours 1 second")
        assert (stuck.empty_answers(), stuck.empty_answers()) == (1, 0)
        row.refresh_from_db()
        assert (row.response_body, row.response_status) == (None, None)
        again = caller.post("deposit", body, key=key)
        assert (again.status_code, again.json()["code"]) == (422, "IDEMPOTENCY_KEY_EXPIRED")
        assert Wallet.objects.get(owner=alice).available == 11
