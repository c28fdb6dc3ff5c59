"""The same request twice: one movement, one answer."""

import hashlib
import threading
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import time_machine
from django.db import connection, connections
from django.utils import timezone

from tests.by_owner import grow_old
from tests.conftest import gbp
from tests.refusals import nothing_written, picture, refused
from tests.sessions import as_application
from tests.wallets.relations import balances
from wallets.ledger import idempotency
from wallets.ledger.errors import (
    IdempotencyInProgress,
    IdempotencyKeyExpired,
    IdempotencyKeyReused,
    InsufficientFunds,
)
from wallets.ledger.request import TIME_OF_BOOKING, Answer, Booked, MoneyRequest
from wallets.models import IdempotencyKey, Transaction
from wallets.services import holds, payments, transfers


def request(key: str, sent: str = "a", caller: UUID | None = None) -> MoneyRequest:
    """Make a request whose answer names the transaction and the time it was booked."""
    return MoneyRequest(
        caller=caller or uuid4(),
        key=key,
        fingerprint=hashlib.sha256(sent.encode()).digest(),
        answer=lambda txn: Answer(201, f'{{"id":"{txn.public_id}","at":"{TIME_OF_BOOKING}"}}'),
    )


class TestTheSameRequest:
    def test_moves_money_once_and_gets_the_same_text(self, payer, payee, actor):
        asked = request("key-of-sixteen-1")

        def send() -> Booked:
            return transfers.transfer(
                payer=payer, payee=payee, amount=gbp("30.00"), actor=actor, request=asked
            )

        first = send()
        with nothing_written():
            again = send()
        assert (first.replayed, again.replayed) == (False, True)
        assert again.transaction.pk == first.transaction.pk
        assert again.answer == first.answer
        assert str(first.transaction.public_id) in first.answer.body
        assert balances(payer) == (70, 0, 0)

    def test_tells_the_time_of_booking_in_its_answer(self, payer, payee, actor):
        booked = payments.credit(
            payee=payee, amount=gbp("1"), actor=actor, request=request("key-of-sixteen-2")
        )
        written = booked.transaction.created_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        assert f'"at":"{written}"' in booked.answer.body

    def test_keeps_its_key_in_the_database_transaction_of_the_money(self, payer, payee, actor):
        asked = request("key-of-sixteen-3")
        txn = transfers.transfer(
            payer=payer, payee=payee, amount=gbp("1"), actor=actor, request=asked
        ).transaction
        key = IdempotencyKey.objects.get(caller=asked.caller)
        assert key.transaction_id == txn.pk
        assert key.xact_id == Transaction.objects.get(pk=txn.pk).xact_id

    def test_for_a_hold_and_its_end_is_answered_the_same(self, payer, payee, actor):
        placing, ending = request("key-of-sixteen-4"), request("key-of-sixteen-5")

        def place() -> Booked:
            return holds.place_hold(
                payer=payer,
                payee=payee,
                amount=gbp("40"),
                purpose="card_auth",
                actor=actor,
                request=placing,
            )

        hold = place().transaction.holds.get()
        with nothing_written():
            assert place().transaction.pk == hold.transaction_id
        first = holds.capture(hold=hold, amount=gbp("10"), actor=actor, request=ending)
        with nothing_written():
            again = holds.capture(hold=hold, amount=gbp("10"), actor=actor, request=ending)
        assert again.replayed
        assert again.answer == first.answer
        assert balances(payer) == (90, 0, 0)

    def test_refused_keeps_no_key_so_that_it_can_succeed_later(self, payer, payee, actor):
        asked = request("key-of-sixteen-6")
        with refused(InsufficientFunds):
            payments.debit(payer=payer, amount=gbp("150"), actor=actor, request=asked)
        payments.credit(payee=payer, amount=gbp("50"), actor=actor)
        payments.debit(payer=payer, amount=gbp("150"), actor=actor, request=asked)
        assert balances(payer) == (0, 0, 0)

    def test_of_another_caller_is_another_request(self, payer, payee, actor):
        for _ in range(2):
            payments.debit(
                payer=payer, amount=gbp("10"), actor=actor, request=request("key-of-sixteen-7")
            )
        assert balances(payer)[0] == 80


class TestTheSameKey:
    def test_with_another_body_conflicts(self, payer, payee, actor):
        caller = uuid4()
        first = request("key-of-sixteen-8", "a", caller)
        transfers.transfer(payer=payer, payee=payee, amount=gbp("1"), actor=actor, request=first)
        other = request("key-of-sixteen-8", "b", caller)
        with refused(IdempotencyKeyReused):
            transfers.transfer(
                payer=payer, payee=payee, amount=gbp("2"), actor=actor, request=other
            )

    def test_is_never_executed_again_after_a_day_and_names_the_original(self, payer, payee, actor):
        asked = request("key-of-sixteen-9")
        txn = payments.debit(payer=payer, amount=gbp("1"), actor=actor, request=asked).transaction
        grow_old(asked.caller, "24 hours 1 second")
        with refused(IdempotencyKeyExpired, original=str(txn.public_id)):
            payments.debit(payer=payer, amount=gbp("1"), actor=actor, request=asked)

    def test_is_replayed_until_the_day_is_over_by_the_clock_of_the_database(
        self, payer, payee, actor
    ):
        asked = request("key-of-sixteen-14")
        payments.debit(payer=payer, amount=gbp("1"), actor=actor, request=asked)
        grow_old(asked.caller, "23 hours 59 minutes")
        with time_machine.travel(timezone.now() + timedelta(hours=25)), nothing_written():
            again = payments.debit(payer=payer, amount=gbp("1"), actor=actor, request=asked)
        assert again.replayed

    def test_whose_answer_was_emptied_is_not_executed_again(self, payer, payee, actor):
        asked = request("key-of-sixteen-10")
        payments.debit(payer=payer, amount=gbp("1"), actor=actor, request=asked)
        grow_old(asked.caller, "24 hours")
        while idempotency.empty_old(100):
            pass
        assert IdempotencyKey.objects.get(caller=asked.caller).response_body is None
        with refused(IdempotencyKeyExpired):
            payments.debit(payer=payer, amount=gbp("1"), actor=actor, request=asked)

    def test_still_running_on_another_connection_is_said_within_a_second(
        self, payer, payee, actor, other_connection
    ):
        asked = request("key-of-sixteen-11")
        other_connection.execute(
            "SELECT keep_answer_v1(%s, %s, %s, NULL, NULL)",
            [asked.caller, asked.key, asked.fingerprint],
        )
        begun = timezone.now()
        with refused(IdempotencyInProgress, retry_after=1):
            payments.debit(payer=payer, amount=gbp("1"), actor=actor, request=asked)
        assert timezone.now() - begun < timedelta(seconds=1)
        other_connection.rollback()
        payments.debit(payer=payer, amount=gbp("1"), actor=actor, request=asked)
        assert balances(payer)[0] == 99

    def test_sent_at_once_by_ten_threads_moves_money_once(self, payer, payee, actor):
        asked = request("key-of-sixteen-12")
        answers, refusals = [], []

        def send() -> None:
            try:
                answers.append(
                    transfers.transfer(
                        payer=payer, payee=payee, amount=gbp("7"), actor=actor, request=asked
                    )
                )
            except IdempotencyInProgress as refusal:
                refusals.append(refusal)
            finally:
                connections.close_all()

        threads = [threading.Thread(target=send) for _ in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(answers) + len(refusals) == 10
        assert [booked.replayed for booked in answers].count(False) == 1
        assert len({booked.answer for booked in answers}) == 1
        assert balances(payer)[0] == 93
        assert balances(payee)[0] == 7

    def test_leaves_the_lock_timeout_of_the_session_as_it_was(self, payer, payee, actor):
        with connection.cursor() as cursor:
            cursor.execute("SHOW lock_timeout")
            before = cursor.fetchone()
            payments.debit(
                payer=payer, amount=gbp("1"), actor=actor, request=request("key-of-sixteen-13")
            )
            cursor.execute("SHOW lock_timeout")
            assert cursor.fetchone() == before == ("2s",)
            assert picture()


@pytest.fixture
def other_connection(committed_db):
    """A second connection as the application, in a transaction."""
    with as_application() as other:
        yield other
