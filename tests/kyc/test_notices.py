"""Customers are told by e-mail what became of their case: once, after the commit."""

import pytest
from django.core import mail
from django.db import connection, transaction

from coinhub.events.models import OutboxEvent
from kyc.models.case import State
from kyc.services import cases, notices
from tests.conftest import make_customer
from tests.kyc.conftest import by, fill_in


@pytest.fixture(autouse=True)
def _nothing_waits(office):
    notices.tell_due()
    mail.outbox = []


def letters_to(person):
    return [letter for letter in mail.outbox if letter.to == [person.email]]


class TestLetters:
    @pytest.mark.parametrize(
        ("state", "subject"),
        [
            (State.APPROVED, "Your identity is verified"),
            (State.REJECTED, "We could not verify your identity"),
            (State.BLOCKED, "Your account is blocked"),
        ],
    )
    def test_tell_of_each_decision_once(self, office, state, subject):
        case = office.case(state)
        assert letters_to(case.customer) == []
        notices.tell_due()
        notices.tell_due()
        sent = [letter.subject for letter in letters_to(case.customer)]
        assert sent == [subject]
        assert "/kyc/" in letters_to(case.customer)[0].body

    def test_say_which_document_and_why(self, office):
        case = office.case(State.CHANGES_REQUESTED)
        notices.tell_due()
        letter = letters_to(case.customer)[-1]
        assert "Identity document, front: The picture is blurred." in letter.body

    def test_say_nothing_of_what_was_told_to_us(self, office):
        customer = make_customer(kyc="not_started")
        fill_in(customer)
        cases.submit(customer_id=customer.pk, actor=by(customer))
        notices.tell_due()
        assert "Canary" not in letters_to(customer)[0].body

    def test_that_cannot_be_sent_are_tried_again_later(self, office, monkeypatch):
        case = office.case(State.APPROVED)

        def fails(*_args, **_named):
            raise ConnectionRefusedError

        monkeypatch.setattr(notices, "send_mail", fails)
        assert notices.tell_due() == 0
        waiting = OutboxEvent.objects.get(type="kyc.approved", object_id=str(case.customer_id))
        assert (waiting.relayed_at, waiting.attempts) == (None, 1)
        monkeypatch.undo()
        assert notices.tell_due() == 0, "not at once"
        assert letters_to(case.customer) == []

    def test_are_found_by_their_own_index(self, office):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("EXPLAIN " + notices.CLAIM)
            plan = "\n".join(row[0] for row in cursor.fetchall())
        assert "outbox_of_kyc" in plan
