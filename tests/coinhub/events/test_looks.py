"""Staff who look at what is a customer's leave a line of it."""

import pytest
from django.urls import reverse

from coinhub.events.models import AuditEvent
from coinhub.users import roles
from tests.conftest import gbp, make_staff, wallet_of
from wallets.models import Posting
from wallets.services import transfers


@pytest.fixture
def reader(db):
    return make_staff("mia", roles.OPERATIONS)


def page(row):
    meta = row._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk])


def looks():
    return AuditEvent.objects.filter(action__endswith=".looked_at")


class TestLooks:
    def test_at_wallet_transaction_and_posting_are_recorded(
        self, alice, bob, actor, reader, signed_in
    ):
        payer, payee = wallet_of(alice, funded="10.00"), wallet_of(bob)
        booked = transfers.transfer(payer=payer, payee=payee, amount=gbp("1.00"), actor=actor)
        posting = Posting.objects.filter(wallet=payer).first()
        browser = signed_in(reader)
        for row, name in (
            (payer, str(payer.public_id)),
            (booked.transaction, str(booked.transaction.public_id)),
            (posting, str(posting.pk)),
        ):
            assert browser.get(page(row), REMOTE_ADDR="192.0.2.44").status_code == 200
            event = looks().get(object_id=name)
            assert (event.actor, event.address) == (reader, "192.0.2.44")
            assert event.action == f"{row._meta.model_name}.looked_at"
        assert looks().count() == 3

    def test_at_lists_are_recorded_with_what_was_searched_for(self, alice, reader, signed_in):
        wallet_of(alice, funded="10.00")
        browser = signed_in(reader)
        for name, kind in (
            ("wallets_wallet", "wallet"),
            ("wallets_transaction", "transaction"),
            ("users_user", "person"),
        ):
            address = reverse(f"admin:{name}_changelist", query={"q": alice.email})
            assert browser.get(address).status_code == 200
            event = looks().get(action=f"{kind}.looked_at", object_id="list")
            assert event.actor == reader
            assert event.after == {"what": f"list ?q={alice.email.replace('@', '%40')}"}

    def test_at_lists_that_were_refused_are_not_recorded(self, alice, signed_in):
        for person in (alice, make_staff("kim", roles.KYC)):
            answer = signed_in(person).get(reverse("admin:wallets_wallet_changelist"))
            assert answer.status_code in (302, 403)
        assert not looks().exists()

    def test_are_not_part_of_the_story_of_a_transaction(self, alice, bob, actor, reader, signed_in):
        payer, payee = wallet_of(alice, funded="10.00"), wallet_of(bob)
        booked = transfers.transfer(payer=payer, payee=payee, amount=gbp("1.00"), actor=actor)
        browser = signed_in(reader)
        for _ in range(2):
            html = browser.get(page(booked.transaction)).content.decode()
        assert looks().count() == 2
        assert "looked_at" not in html

    def test_that_were_refused_are_not_recorded(self, alice, bob, signed_in):
        wallet = wallet_of(alice, funded="10.00")
        for person in (bob, make_staff("kim", roles.KYC)):
            assert signed_in(person).get(page(wallet)).status_code in (302, 403)
        assert not looks().exists()

    def test_what_cannot_be_recorded_is_not_shown(self, alice, reader, signed_in, monkeypatch):
        from django.db import OperationalError

        from coinhub.events import looks as module

        def fail(**_named):
            raise OperationalError("no room")

        wallet = wallet_of(alice, funded="10.00")
        monkeypatch.setattr(module.audit, "looked_at", fail)
        browser = signed_in(reader)
        browser.raise_request_exception = False
        answer = browser.get(page(wallet))
        assert answer.status_code >= 500
        assert b"10.00" not in answer.content
