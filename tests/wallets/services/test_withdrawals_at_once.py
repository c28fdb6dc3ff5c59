"""Two withdrawals at once: the same one sent again, and another one of the same customer."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connections
from django.utils import timezone

from coinhub.core.ids import shard_of
from coinhub.core.money import Money
from coinhub.users.services.confirmations import StepUpRequired
from tests.sessions import as_application
from tests.wallets.leaving import actor_of, confirmed, leaver, place, withdraw
from wallets.ledger.errors import IdempotencyInProgress
from wallets.ledger.request import Answer, MoneyRequest
from wallets.models import Allowance, Transaction, Withdrawal
from wallets.services import mandates, withdrawals
from wallets.services.mandates import NONE, Mandate
from wallets.services.withdrawal_plans import Wish


class TestTheSameOne:
    def test_is_told_at_once_while_the_first_is_running(self, committed_db):
        user = leaver()
        wish = Wish(Money(Decimal("10.00"), "GBP"), place(user).public_id, "on_top")
        request = MoneyRequest(user.pk, uuid4().hex, b"x" * 32, lambda _txn: Answer(201, "{}"))
        sent = {"customer_id": user.pk, "wish": wish, "actor": actor_of(user), "request": request}
        with pytest.raises(StepUpRequired) as needed:
            withdrawals.withdraw(**sent, mandate=NONE)
        mandate = Mandate(needed.value.members["challenge_id"])
        confirmed(user, mandate.confirmation_id)
        Allowance.objects.get_or_create(customer=user, shard=shard_of(user.pk))
        with as_application() as first:
            first.execute(
                "SELECT keep_answer_v1(%s, %s, %s, NULL, NULL)",
                [user.pk, request.key, request.fingerprint],
            )
            first.execute(
                "SELECT FROM wallets_allowance WHERE customer_id = %s FOR NO KEY UPDATE", [user.pk]
            )
            begun = timezone.now()
            with pytest.raises(IdempotencyInProgress):
                withdrawals.withdraw(**sent, mandate=mandate)
            assert timezone.now() - begun < timedelta(seconds=1)
            first.rollback()
        assert not Withdrawal.objects.filter(transaction__payer_wallet__owner=user).exists()
        assert withdrawals.withdraw(**sent, mandate=mandate).transaction.status == "PENDING"
        assert Withdrawal.objects.filter(transaction__payer_wallet__owner=user).count() == 1


class TestAnotherOne:
    def test_booked_meanwhile_counts_into_half_of_the_days_limit(
        self, committed_db, settings, monkeypatch
    ):
        settings.WITHDRAW_AUTO_USD = 1_000_000
        user = leaver("600000.00", "USD")
        book, others = mandates.book, ["200000.00"]

        def book_after_another(draft, **how):
            if others and draft.amount.amount == 100_000:
                elsewhere(withdraw, user, others.pop(), currency="USD")
            return book(draft, **how)

        monkeypatch.setattr(mandates, "book", book_after_another)
        txn = withdraw(user, "100000.00", currency="USD")
        assert others == []
        assert txn.state == "pending_review"
        assert Withdrawal.objects.get(transaction=txn).next_at > timezone.now() + timedelta(days=6)
        booked = Transaction.objects.filter(withdrawal__isnull=False, payer_wallet__owner=user)
        assert sorted(booked.values_list("usd_value", "state")) == [
            (100_000, "pending_review"),
            (200_000, "approved"),
        ]


def elsewhere(call, *arguments, **named):
    """Do something on a connection of its own, and wait for it."""

    def run():
        try:
            return call(*arguments, **named)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result()
