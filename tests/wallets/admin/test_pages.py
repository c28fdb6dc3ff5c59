"""What staff see, find and follow."""

import re
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import OperationalError
from django.urls import reverse
from django.utils import timezone

from coinhub.core.money import Money
from integrity.models import Finding, Run
from tests.conftest import wallet_of
from tests.questions import questions
from tests.wallets.admin.conftest import pay_many
from wallets.admin.columns import money_text
from wallets.ledger.request import Answer, MoneyRequest
from wallets.models import Hold, Journal, Posting, Transaction, Wallet
from wallets.services import payments, transfers

LONG = re.compile(r"\d\.\d{9,}")  # more decimals than any currency here but Ether


def text_of(answer):
    """Give a page as text without thin spaces."""
    return answer.content.decode().replace("\u202f", " ").replace("\u00a0", " ")


def page(model, row):
    return reverse(f"admin:wallets_{model}_change", args=[row.pk])


def listed(model, **query):
    return reverse(f"admin:wallets_{model}_changelist", query=query)


def rows(answer):
    """List the keys of the rows a list shows."""
    return [row.pk for row in answer.context["cl"].result_list]


class TestRecords:
    def test_a_transaction_shows_journals_postings_holds_and_events(self, office, booked):
        text = text_of(office.get(page("transaction", booked.locked)))
        journal = booked.locked.journals.get()
        assert f"Journal {journal.pk}: hold, book" in text
        assert "Total GBP" in text
        assert text.count("12.50 GBP") >= 6
        assert "card auth" in text
        assert "hold.placed" in text
        for posting in journal.postings.all():
            assert page("posting", posting) in text
        assert page("hold", booked.hold) in text

    def test_a_journal_is_debit_and_credit_with_equal_totals(self, office, booked):
        journal = booked.paid.journals.get()
        section = office.get(page("journal", journal)).context["sections"][0]
        assert [column.text for column in section.columns][2:4] == ["Debit", "Credit"]
        (payer, _, debit, credit, _, _), (payee, _, none, gained, _, _) = section.rows
        assert ("alice" in payer, "bob" in payee) == (True, True)
        assert ("30.00" in debit, credit, none, "30.00" in gained) == (True, "", "", True)
        assert section.foot[0][2] == section.foot[0][3]

    def test_a_wallet_shows_open_holds_and_newest_postings(self, office, booked):
        answer = office.get(page("wallet", booked.payer))
        text = text_of(answer)
        assert "57.50 GBP" in text
        assert "12.50 GBP" in text
        titles = {section.title: section for section in answer.context["sections"]}
        assert len(titles["Open holds"].rows) == 1
        assert len(titles["Newest postings"].rows) == 4
        assert listed("posting", wallet__id__exact=booked.payer.pk).replace("&", "&amp;") in text

    def test_a_hold_names_what_it_waits_for(self, office, booked):
        hold = Hold.objects.get(wallet=booked.waiting)
        assert "kyc" in text_of(office.get(page("hold", hold)))

    def test_an_idempotency_key_never_shows_what_was_answered(self, office, booked, actor):
        answered = '{"told": "what only the caller knows"}'
        request = MoneyRequest(
            caller=booked.payer.owner_id,
            key="a-key-of-the-caller",
            fingerprint=b"f" * 32,
            answer=lambda _: Answer(201, answered),
        )
        done = transfers.transfer(
            payer=booked.payer,
            payee=booked.payee,
            amount=Money(Decimal("1.00"), "GBP"),
            actor=actor,
            request=request,
        )
        found = office.get(listed("idempotencykey", q="a-key-of-the-caller"))
        assert len(rows(found)) == 1
        record = text_of(
            office.get(reverse("admin:wallets_idempotencykey_change", args=rows(found)))
        )
        assert str(done.transaction.public_id) in record
        assert "only the caller knows" not in record + text_of(found)

    def test_people_are_shown_without_their_password(self, office, alice):
        answer = office.get(reverse("admin:users_user_change", args=[alice.pk]))
        assert alice.email in text_of(answer)
        assert alice.password
        assert alice.password not in text_of(answer)


class TestMoney:
    @pytest.mark.parametrize(
        ("currency", "funded", "shown"),
        [
            ("GBP", "1234567.80", "1 234 567.80 GBP"),
            ("JPY", "1500", "1 500 JPY"),
            ("BTC", "0.00000001", "0.00000001 BTC"),
            ("USDT", "2.5", "2.500000 USDT"),
            ("ETH", "0.000000000000000001", "0.000000000000000001 ETH"),
        ],
    )
    def test_is_written_with_exactly_the_decimals_of_its_currency(
        self, office, alice, currency, funded, shown
    ):
        wallet = wallet_of(alice, currency, funded=funded)
        posting = Posting.objects.get(wallet=wallet)
        transaction = Transaction.objects.get(payee_wallet=wallet)
        for address in (
            listed("wallet", q=wallet.public_id),
            page("wallet", wallet),
            listed("posting", wallet__id__exact=wallet.pk),
            page("posting", posting),
            page("journal", posting.journal),
            listed("transaction", q=transaction.public_id),
            page("transaction", transaction),
        ):
            text = text_of(office.get(address))
            assert shown in text, address
            if currency != "ETH":
                assert not LONG.search(text), address

    def test_a_damaged_amount_is_shown_and_marked(self, alice):
        assert money_text(Decimal("1.234"), 2) == "! 1.234"
        assert money_text(Decimal("NaN"), 2) == "! NaN"
        assert money_text(Decimal("-1234.5"), 2) == "\u22121\u202f234.50"


class TestSearch:
    def test_finds_wallets_by_all_they_are_known_by(self, office, booked, alice):
        wallet = booked.payer
        for term in (wallet.pk, wallet.public_id, alice.email, alice.email[:9], alice.pk):
            assert wallet.pk in rows(office.get(listed("wallet", q=term))), term
        assert wallet.pk not in rows(office.get(listed("wallet", q="nobody@example.com")))
        house = rows(office.get(listed("wallet", q="A.SET")))
        assert set(house) == set(Wallet.objects.filter(code="A.SET").values_list("pk", flat=True))

    def test_finds_transactions_by_id_side_and_reference(self, office, booked, bob, actor):
        named = payments.credit(
            payee=booked.payee, amount=Money(Decimal("3.00"), "GBP"), actor=actor, reference="RF-77"
        ).transaction
        paid = booked.paid
        for term in (paid.pk, paid.public_id, bob.email, booked.payee.public_id):
            assert paid.pk in rows(office.get(listed("transaction", q=term))), term
        assert rows(office.get(listed("transaction", q="RF-77"))) == [named.pk]
        assert rows(office.get(listed("transaction", q="RF-78"))) == []

    def test_finds_journals_postings_and_holds_by_transaction_or_wallet(self, office, booked):
        journal = booked.locked.journals.get()
        posting = journal.postings.first()
        key = booked.locked.public_id
        assert rows(office.get(listed("journal", q=key))) == [journal.pk]
        assert posting.pk in rows(office.get(listed("posting", q=key)))
        assert rows(office.get(listed("hold", q=key))) == [booked.hold.pk]
        assert rows(office.get(listed("hold", q=booked.hold.public_id))) == [booked.hold.pk]
        assert rows(office.get(listed("journal", q=journal.pk))) == [journal.pk]

    def test_finds_events_by_their_object(self, office, booked):
        found = office.get(
            reverse("admin:events_auditevent_changelist", query={"q": booked.paid.public_id})
        )
        assert [event.action for event in found.context["cl"].result_list] == ["transfer.completed"]

    @pytest.mark.parametrize("term", ["'; DROP TABLE", "%", "９９", "9" * 40, "ä@", "-1", "\t"])
    def test_takes_any_text(self, office, booked, term):
        for model in ("wallet", "transaction", "journal", "posting", "hold", "idempotencykey"):
            assert office.get(listed(model, q=term)).status_code == 200

    def test_filters_narrow_a_list(self, office, booked):
        waiting = rows(office.get(listed("hold", conditions__code="kyc")))
        assert waiting == [Hold.objects.get(wallet=booked.waiting).pk]
        house = office.get(listed("wallet", whose="house")).context["cl"].result_list
        assert all(wallet.code for wallet in house)
        assert rows(office.get(listed("transaction", type__exact="transfer"))) == [booked.paid.pk]


class TestSize:
    @pytest.mark.parametrize(
        "model", ["wallet", "journal", "posting", "hold", "transaction", "idempotencykey"]
    )
    def test_a_longer_list_asks_no_more_questions(self, office, actor, model, booked):
        def ask():
            return len(questions(lambda: rows(office.get(listed(model)))))

        few = ask()
        pay_many(6, actor)
        assert ask() == few
        assert few <= 14

    def test_a_list_is_counted_only_so_far(self, office, booked, actor, monkeypatch):
        monkeypatch.setattr("coinhub.core.admin.COUNTED", 3)
        assert Journal.objects.count() > 3
        answer = office.get(listed("journal"))
        assert answer.context["cl"].result_count == 3
        assert "the newest 3 journals; search for older ones" in " ".join(text_of(answer).split())

    def test_a_search_that_takes_too_long_is_told(self, office, booked, monkeypatch):
        def slow(term):
            raise OperationalError("canceling statement due to statement timeout")

        monkeypatch.setattr("wallets.selectors.search.find_wallets", slow)
        answer = office.get(listed("wallet", q="x"), follow=True)
        assert answer.status_code == 200
        assert "Search by an id" in text_of(answer)


class TestOverview:
    def test_shows_that_what_is_owed_is_held_outside(self, office, booked):
        text = " ".join(text_of(office.get(reverse("admin:index"))).split())
        assert "107.00 GBP" in text
        assert "differs by" not in text
        assert "No run yet" in text

    def test_has_nothing_inline(self, office, booked):
        addresses = [reverse("admin:index"), listed("wallet"), page("transaction", booked.locked)]
        for address in [*addresses, reverse("admin:wallets_currency_add")]:
            html = office.get(address).content.decode()
            assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>(?!\s*</script>)", html), address
            assert not re.search(r"<style|\sstyle=|\son[a-z]+=", html), address

    def test_shows_the_newest_run_over_the_whole_ledger(self, office, superuser):
        made = Run.objects.create(
            public_id=uuid4(),
            trigger="hourly",
            status="failed",
            started_at=timezone.now(),
            duration_ms=12,
            checked_users=1,
            checked_currencies=1,
            checked_wallets=1,
            checked_postings=2,
            finding_count=1,
            checksum="0" * 64,
        )
        found = Finding.objects.create(
            run=made,
            check_name="four relations",
            source="wallet row",
            place="wallet 5",
            wallet_id=5,
        )
        text = text_of(office.get(reverse("admin:index")))
        assert "Failed" in text
        assert reverse("admin:integrity_run_change", args=[made.pk]) in text
        run = text_of(office.get(reverse("admin:integrity_run_change", args=[made.pk])))
        assert "wallet row" in run
        record = office.get(reverse("admin:integrity_finding_change", args=[found.pk]))
        assert reverse("admin:wallets_wallet_change", args=[5]) in text_of(record)
        assert office.get(reverse("admin:integrity_finding_changelist")).status_code == 200
