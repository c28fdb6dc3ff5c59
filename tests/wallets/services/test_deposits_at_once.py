"""A deposit of the sandbox that is sent again while the first is running."""

from datetime import timedelta
from uuid import uuid4

from django.db import connection
from django.utils import timezone

from coinhub.core.actor import system
from tests.conftest import gbp, make_customer
from tests.refusals import refused
from tests.sessions import as_application
from wallets.ledger.errors import IdempotencyInProgress
from wallets.ledger.request import Answer, MoneyRequest
from wallets.models import Receipt, Transaction
from wallets.services import receipts


class TestAtOnce:
    def test_a_repeat_is_told_while_the_first_is_running(self, committed_db):
        customer, reference = make_customer(), uuid4().hex
        asked = MoneyRequest(customer.pk, uuid4().hex, b"x" * 32, lambda _txn: Answer(201, "{}"))

        def send():
            return receipts.simulate(
                customer_id=customer.pk,
                amount=gbp("10"),
                external_ref=reference,
                actor=system(),
                request=asked,
            )

        with as_application() as first:
            first.execute(
                "INSERT INTO wallets_receipt"
                " (rail, external_ref, account, amount, currency_id, state)"
                " VALUES ('sandbox', %s, %s, 10, 'GBP', 'detected')",
                [reference, str(customer.pk)],
            )
            begun = timezone.now()
            with refused(IdempotencyInProgress):
                send()
            assert timezone.now() - begun < timedelta(seconds=1)
            first.rollback()
        assert send().transaction.status == "COMPLETED"
        assert Receipt.objects.filter(external_ref=reference).count() == 1
        assert Transaction.objects.filter(payee_wallet__owner=customer).count() == 1

    def test_the_time_to_wait_is_that_of_the_opening_alone(self, committed_db, monkeypatch):
        seen = []
        book = receipts.deposits.credit_step

        def look(**how):
            with connection.cursor() as cursor:
                cursor.execute("SHOW lock_timeout")
                seen.append(cursor.fetchone()[0])
            return book(**how)

        monkeypatch.setattr(receipts.deposits, "credit_step", look)
        customer = make_customer()
        receipts.simulate(
            customer_id=customer.pk,
            amount=gbp("10"),
            external_ref=uuid4().hex,
            actor=system(),
            request=MoneyRequest(customer.pk, uuid4().hex, b"x" * 32),
        )
        assert seen == ["2s"]
