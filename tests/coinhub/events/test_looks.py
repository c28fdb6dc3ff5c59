"""Staff who look at what is a customer's leave a line of it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from coinhub.core.ids import new_public_id
from coinhub.events import selectors
from coinhub.events.models import AuditEvent
from coinhub.users import roles
from tests.conftest import gbp, make_staff, wallet_of
from wallets.models import Destination, Journal, Posting
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
            said = {"what": f"list ?q={alice.email.replace('@', '%40')}", "reason": "duty"}
            assert event.after == said | {"customers": [str(alice.pk)]}

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


class TestReasons:
    def test_twenty_reads_are_twenty_events_with_a_reason_that_the_customer_reads(
        self, alice, bob, actor, reader, signed_in
    ):
        purse = wallet_of(alice, funded="50.00")
        paid = [
            transfers.transfer(
                payer=purse, payee=wallet_of(bob), amount=gbp("1.00"), actor=actor
            ).transaction
            for _ in range(5)
        ]
        Destination.objects.create(
            public_id=new_public_id(),
            customer=alice,
            label="bank",
            currency_id="GBP",
            network="iban",
            address="GB33BUKB20201555555555",
            fingerprint=bytes(32),
            masked="GB33 … 5555",
            active_from=timezone.now(),
        )
        rows = [alice, purse, *paid, *Posting.objects.filter(wallet=purse)]
        rows += [*Journal.objects.filter(transaction__in=paid[:3])]
        rows += [*Destination.objects.filter(customer=alice)]
        browser = signed_in(reader)
        browser.post(reverse("look_reason"), {"reason": "dispute"})
        lists = ("wallets_wallet", "wallets_destination", "users_user")
        ways = [page(row) for row in rows]
        ways += [reverse(f"admin:{n}_changelist", query={"q": alice.email}) for n in lists]
        assert len(ways) >= 20
        for way in ways:
            assert browser.get(way).status_code == 200
        events = [*looks()]
        assert len(events) == len(ways)
        assert all(event.after["reason"] == "dispute" for event in events)
        assert all(str(alice.pk) in event.after["customers"] for event in events)
        told = signed_in(alice).get(reverse("settings_looks")).content.decode()
        assert told.count("because of a dispute or a complaint") == len(ways)
        assert "in a list" in told

    def test_of_somebody_else_are_not_told(self, alice, bob, reader, signed_in):
        wallet = wallet_of(alice)
        signed_in(reader).get(page(wallet))
        assert "Nobody has looked" in signed_in(bob).get(reverse("settings_looks")).content.decode()
        assert "a wallet" in signed_in(alice).get(reverse("settings_looks")).content.decode()

    def test_unstated_are_the_daily_work(self, alice, reader, signed_in):
        signed_in(reader).get(page(wallet_of(alice)))
        assert looks().get().after["reason"] == "duty"

    def test_stated_holds_for_the_session_and_leads_back(self, reader, signed_in):
        browser = signed_in(reader)
        way = reverse("look_reason")
        back = reverse("admin:wallets_wallet_changelist")
        assert browser.post(way, {"reason": "nosy"}).status_code == 400
        for to, arrives in ((back, back), ("//elsewhere.example", reverse("admin:index"))):
            answer = browser.post(way, {"reason": "audit", "next": to})
            assert answer.headers["Location"] == arrives
        assert "Why you look: audit" in browser.get(back).content.decode()

    def test_is_a_page_for_staff(self, alice, signed_in, client):
        for browser in (client, signed_in(alice)):
            assert browser.get(reverse("look_reason")).status_code == 302

    def test_are_found_by_an_index(self, alice):
        selectors.list_looks(alice.pk)
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_indexscan = off")  # GIN knows bitmaps only
            with CaptureQueriesContext(connection) as asked:
                selectors.list_looks(alice.pk)
            cursor.execute(f"EXPLAIN {asked[0]['sql']}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
        assert "audit_by_customer" in plan, plan
