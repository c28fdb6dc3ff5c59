"""A rail takes back what it called final: staff are told, once, and nothing moves by itself."""

import pytest
from django.core import mail

from coinhub.events.models import AuditEvent
from tests.wallets.services.test_deposits import arrives, wallet_in
from wallets.models import Receipt
from wallets.rails.base import Finality
from wallets.services import reorganised

pytestmark = pytest.mark.django_db


def told_of(receipt):
    events = AuditEvent.objects.filter(
        action=reorganised.ACTION, object_id=str(receipt.transaction.public_id)
    )
    return events.count()


def test_is_told_once_and_moves_nothing(alice, settings, django_capture_on_commit_callbacks):
    settings.ALERT_EMAILS = ["ops@example.com"]
    receipt = arrives("fork", alice.pk)
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(3):
            arrives("fork", alice.pk, finality=Finality.DROPPED)
    assert told_of(receipt) == 1
    assert [sent.subject for sent in mail.outbox] == [f"CoinHub: {reorganised.ACTION}"]
    receipt.refresh_from_db()
    assert (receipt.state, wallet_in(alice).available) == ("credited", 100)


def test_of_what_was_nobodys_is_told_too(db):
    receipt = arrives("nobodys-fork", "nobody")
    arrives("nobodys-fork", "nobody", finality=Finality.DROPPED)
    assert told_of(receipt) == 1


def test_before_it_was_final_is_nothing_to_tell(alice):
    arrives("soon", alice.pk, finality=Finality.SEEN)
    arrives("soon", alice.pk, finality=Finality.DROPPED)
    assert Receipt.objects.get(external_ref="soon").state == "dropped"
    receipt = arrives("soon", alice.pk)
    assert told_of(receipt) == 0
