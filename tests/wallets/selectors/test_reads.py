"""Reads for customers: their wallets, entries, statements and transactions."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from coinhub.core.actor import system
from coinhub.core.errors import NotYours
from coinhub.users.models import User
from coinhub.users.selectors import tokens
from coinhub.users.services import tokens as token_services
from kyc.models import Case
from kyc.selectors import cases
from tests.conftest import gbp, make_customer, make_staff, wallet_of
from wallets.models import BalanceType, Transaction, Wallet
from wallets.selectors import balances, pages, parties, statements, transactions, wallets
from wallets.selectors.parties import find_parties
from wallets.selectors.standings import standing_of
from wallets.services import holds, transfers
from wallets.services import wallets as wallet_services

pytestmark = pytest.mark.django_db


def pay(payer, payee, amount, note=""):
    return transfers.transfer(
        payer=payer, payee=payee, amount=gbp(amount), actor=system(), note=note
    ).transaction


@pytest.fixture
def sides(alice, bob):
    return wallet_of(alice, funded="100.00"), wallet_of(bob)


class TestWallets:
    def test_the_primary_wallet_comes_first_then_the_order_of_currencies(self, alice):
        for currency in ("BTC", "USD", "GBP"):
            wallet_of(alice, currency)
        assert [w.currency_id for w in wallets.list_wallets(alice.pk)] == ["BTC", "GBP", "USD"]

    def test_somebody_elses_wallet_and_none_at_all_are_refused_alike(self, alice, bob):
        of_bob = wallet_of(bob)
        refusals = []
        for public_id in (of_bob.public_id, "00000000-0000-4000-8000-000000000000"):
            with pytest.raises(NotYours) as caught:
                wallets.get_wallet(alice.pk, public_id)
            refusals.append((caught.value.detail, caught.value.members))
        assert refusals[0] == refusals[1]

    def test_open_holds_are_listed_with_conditions_without_a_query_each(
        self, carol, django_assert_num_queries
    ):
        wallet = wallet_of(carol, funded="5.00")
        for _ in range(4):
            wallet_of(carol, funded="1.00")
        with django_assert_num_queries(2):
            found = wallets.list_open_holds(wallet).rows
            codes = [[c.code for c in hold.conditions.all()] for hold in found]
        assert codes == [["kyc"]] * 5
        assert [hold.remaining for hold in found] == [1, 1, 1, 1, 5]


class TestParties:
    def test_finds_both_wallets_and_the_payees_case_in_one_query(
        self, sides, alice, bob, django_assert_num_queries
    ):
        with django_assert_num_queries(1):
            found = find_parties(alice.pk, bob.email.upper(), "GBP")
            assert found.payee.owner.kyc_case.status == "approved"
        assert (found.payer, found.payee) == sides

    def test_finds_the_payee_by_wallet_id(self, sides, alice):
        found = find_parties(alice.pk, str(sides[1].public_id), "GBP")
        assert (found.payer, found.payee) == sides

    def test_a_customer_without_a_wallet_in_the_currency_can_be_paid(self, sides, alice, bob):
        found = find_parties(alice.pk, bob.email, "USD")
        assert (found.payer, found.payee, found.recipient) == (None, None, bob)
        assert found.refusal is None

    def test_where_the_payer_stands_comes_along_wallet_or_not(
        self, sides, alice, carol, django_assert_num_queries
    ):
        for owner, to, currency in (
            (alice, sides[1].owner.email, "GBP"),
            (carol, str(sides[1].public_id), "GBP"),
            (carol, str(uuid4()), "XAU"),
        ):
            with django_assert_num_queries(1):
                found = find_parties(owner.pk, to, currency)
            assert found.standing == standing_of(owner.pk)
        assert standing_of(alice.pk).kyc_status == "approved"
        assert standing_of(carol.pk).kyc_status == "pending"
        assert standing_of(make_customer("erin", kyc="not_started").pk).tier == 0

    def test_every_recipient_who_cannot_be_paid_is_refused_alike(self, sides, alice):
        frozen = wallet_of(make_customer())
        wallet_services.freeze(frozen)
        inactive = make_customer()
        wallet_of(inactive)
        inactive.is_active = False
        inactive.save(update_fields=["is_active"])
        second = wallet_of(wallet_of(make_customer(), "USD").owner)
        wallet_services.close(second)
        house = Wallet.objects.get(code="SYS-RESERVE-0001", currency_id="GBP")
        tries = [
            "nobody@example.com",
            "not an address",
            "00000000-0000-4000-8000-000000000000",
            frozen.owner.email,
            str(frozen.public_id),
            inactive.email,
            make_staff("maker", "operations").email,
            second.owner.email,
            str(second.public_id),
            str(house.public_id),
        ]
        refusals = set()
        for to in tries:
            found = find_parties(alice.pk, to, "GBP")
            assert (found.payer, found.payee, found.recipient) == (sides[0], None, None)
            refusals.add((type(found.refusal), found.refusal.detail, str(found.refusal.members)))
        assert len(refusals) == 1


class TestEntries:
    def test_each_entry_shows_the_total_after_it(self, sides, actor):
        payer, payee = sides
        pay(payer, payee, "30.00")
        holds.place_hold(
            payer=payer, payee=payee, amount=gbp("20.00"), purpose="card_auth", actor=actor
        )
        rows = statements.list_entries(payer).rows
        assert [
            (e.seq, e.balance_type, e.amount, e.balance_after, e.total_after) for e in rows
        ] == [
            (4, BalanceType.LOCKED, 20, 20, 70),
            (3, BalanceType.AVAILABLE, -20, 50, 50),
            (2, BalanceType.AVAILABLE, -30, 70, 70),
            (1, BalanceType.AVAILABLE, 100, 100, 100),
        ]

    def test_pages_join_without_a_gap_or_a_repeat_in_both_directions(self, sides):
        for _ in range(6):
            pay(*sides, "1.00")
        first = statements.list_entries(sides[0], pages.Window(limit=3))
        second = statements.list_entries(sides[0], pages.Window(before=first.older, limit=3))
        third = statements.list_entries(sides[0], pages.Window(before=second.older, limit=3))
        seqs = [[e.seq for e in page.rows] for page in (first, second, third)]
        assert seqs == [[7, 6, 5], [4, 3, 2], [1]]
        assert (first.newer, third.older) == (None, None)
        back = statements.list_entries(sides[0], pages.Window(after=third.newer, limit=3))
        assert back.rows == second.rows
        newest = statements.list_entries(sides[0], pages.Window(after=back.newer, limit=3))
        assert (newest.rows, newest.newer) == (first.rows, None)

    def test_a_page_costs_two_queries_however_long_it_is(self, sides, django_assert_num_queries):
        for _ in range(12):
            pay(*sides, "1.00")
        with django_assert_num_queries(2):
            rows = statements.list_entries(sides[0]).rows
            said = [(e.transaction.payee_wallet.owner.email, e.booked_at) for e in rows[:-1]]
        assert len(said) == 12


class TestPast:
    def test_the_balance_at_a_moment_is_what_the_history_says(self, sides):
        marks = []
        for amount in ("30.00", "20.00", "5.00"):
            pay(*sides, amount)
            marks.append(statements.list_entries(sides[0]).rows[0].booked_at)
        known = [balances.get_balances_at(sides[0], mark).available for mark in marks]
        assert known == [70, 50, 45]
        before = balances.get_balances_at(sides[0], marks[1] - timedelta(microseconds=1))
        assert before.total == 70
        assert balances.get_balances_at(sides[0], datetime(2000, 1, 1, tzinfo=UTC)).total == 0

    def test_every_past_balance_is_the_sum_of_the_postings_up_to_it(self, sides, actor):
        payer, payee = sides
        hold = holds.place_hold(
            payer=payer, payee=payee, amount=gbp("20.00"), purpose="card_auth", actor=actor
        ).transaction.holds.get()
        pay(payer, payee, "7.00")
        holds.capture(hold=hold, amount=gbp("15.00"), actor=actor)
        entries = statements.list_entries(payer).rows[::-1]
        sums = dict.fromkeys(BalanceType.values, 0)
        for entry in entries:
            sums[entry.balance_type] += entry.amount
            found = balances.get_balances(payer, seq=entry.seq)
            assert {name: getattr(found, name) for name in sums} == sums
            assert found.total == entry.total_after
        payer.refresh_from_db()
        assert (found.available, found.locked, found.seq) == (78, 0, payer.version)

    def test_a_statement_opens_where_the_one_before_closed(self, sides):
        start = timezone.now()
        pay(*sides, "30.00")
        middle = statements.list_entries(sides[0]).rows[0].booked_at
        pay(*sides, "20.00")
        end = timezone.now() + timedelta(seconds=1)
        one = statements.get_statement(sides[0], begin=start, end=middle)
        two = statements.get_statement(sides[0], begin=middle, end=end)
        assert (one.opening.total, one.closing.total) == (100, 100)
        assert (two.opening.total, two.closing.total) == (100, 50)
        lines = list(statements.iterate_entries(two))
        assert [(e.amount, e.total_after) for e in lines] == [(-30, 70), (-20, 50)]
        listed = statements.list_entries(sides[0], statement=two).rows
        assert [e.seq for e in listed] == [3, 2]
        assert list(statements.iterate_entries(one)) == []

    def test_a_streamed_statement_is_whole_across_its_chunks(self, sides, monkeypatch):
        monkeypatch.setattr(statements, "CHUNK", 2)
        for _ in range(4):
            pay(*sides, "1.00")
        whole = statements.get_statement(
            sides[0],
            begin=timezone.now() - timedelta(days=1),
            end=timezone.now() + timedelta(days=1),
        )
        totals = [e.total_after for e in statements.iterate_entries(whole)]
        assert totals == [100, 99, 98, 97, 96]
        assert whole.closing.total == 96


class TestTransactions:
    def test_both_sides_see_a_transfer_and_nobody_else_does(self, sides, alice, bob, carol):
        paid = pay(*sides, "30.00")
        for person in (alice, bob):
            assert transactions.get_transaction(person.pk, paid.public_id) == paid
            assert transactions.list_transactions(person.pk).rows[0] == paid
        assert transactions.list_transactions(carol.pk).rows == []
        with pytest.raises(NotYours):
            transactions.get_transaction(carol.pk, paid.public_id)

    def test_pages_of_several_wallets_join_in_both_directions(self, alice, sides):
        wallet_of(alice, "USD", funded="1.00")
        for _ in range(5):
            pay(*sides, "1.00")
        seen, window, found = [], pages.Window(limit=3), []
        for _ in range(3):
            page = transactions.list_transactions(alice.pk, window)
            seen += [t.pk for t in page.rows]
            found.append(page)
            window = pages.Window(before=page.older, limit=3)
        assert len(seen) == len(set(seen)) == 7
        assert seen == sorted(seen, reverse=True)
        back = transactions.list_transactions(alice.pk, pages.Window(after=found[2].newer, limit=3))
        assert back.rows == found[1].rows

    @pytest.mark.parametrize(
        ("wanted", "count"),
        [
            ({"type": "deposit"}, 2),
            ({"currency": "USD"}, 1),
            ({"status": "HELD"}, 0),
            ({"q": "RENT"}, 1),
            ({"q": "%"}, 0),
            ({"begin": datetime(2999, 1, 1, tzinfo=UTC)}, 0),
            ({"end": datetime(2999, 1, 1, tzinfo=UTC)}, 3),
            ({"type": "transfer", "currency": "GBP", "q": "rent"}, 1),
        ],
    )
    def test_filters_narrow_the_list(self, alice, sides, wanted, count):
        wallet_of(alice, "USD", funded="1.00")
        pay(*sides, "1.00", note="rent for May")
        page = transactions.list_transactions(alice.pk, wanted=transactions.Filter(**wanted))
        assert len(page.rows) == count

    def test_a_long_list_with_journals_costs_as_many_queries_as_a_short_one(
        self, alice, sides, django_assert_num_queries
    ):
        for _ in range(9):
            pay(*sides, "1.00")
        with django_assert_num_queries(6):
            page = transactions.list_transactions(alice.pk, journals=True)
            lines = [
                (t.payee_wallet.owner_id, t.currency.decimals, posting.wallet.public_id)
                for t in page.rows
                for journal in t.journals.all()
                for posting in journal.postings.all()
            ]
        assert len(lines) == 10  # one posting of Alice's in each
        assert page.rows[0].type == Transaction.Type.TRANSFER

    def test_a_held_arrival_says_what_it_waits_for(self, alice, carol):
        paid = pay(wallet_of(alice, funded="9.00"), wallet_of(carol), "4.00")
        assert [h.remaining for h in transactions.list_open_holds(paid, carol.pk)] == [4]
        assert transactions.list_open_holds(paid, alice.pk) == []


class TestWrittenOut:
    """Two reads are written out in SQL for speed; their columns stand in the models' order."""

    @pytest.mark.parametrize(
        ("model", "columns"),
        [
            (Wallet, parties.WALLET_COLUMNS),
            (User, parties.OWNER_COLUMNS),
            (Case, parties.CASE_COLUMNS),
            (User, tokens.COLUMNS),
        ],
    )
    def test_columns_are_in_the_order_of_the_model(self, model, columns):
        order = [f.attname for f in model._meta.concrete_fields]
        assert [name for name in order if name in columns] == list(columns)

    def test_a_party_is_the_same_row_as_the_model_reads(self, sides, alice, bob):
        found = find_parties(alice.pk, bob.email, "GBP")
        for read, row in ((found.payer, sides[0]), (found.payee, sides[1])):
            row.refresh_from_db()
            for field in Wallet._meta.concrete_fields:
                assert getattr(read, field.attname) == getattr(row, field.attname), field.name
        assert found.recipient is found.payee.owner
        for name in parties.OWNER_COLUMNS:
            assert getattr(found.recipient, name) == getattr(bob, name)
        for name in parties.CASE_COLUMNS:
            assert getattr(found.recipient.kyc_case, name) == getattr(bob.kyc_case, name)

    def test_a_customer_without_a_case_has_none_and_is_not_asked_for(
        self, sides, alice, django_assert_num_queries
    ):
        dave = make_customer("dave", kyc="not_started")
        wallet_of(dave)
        with django_assert_num_queries(1):
            found = find_parties(alice.pk, dave.email, "GBP")
            assert not cases.is_approved(found.payee.owner)

    def test_the_holder_of_a_token_is_the_same_row_as_the_model_reads(self, alice):
        pair = token_services.issue(user=alice)
        alice.refresh_from_db()
        found = tokens.find_user(pair.access)
        for field in User._meta.concrete_fields:
            assert getattr(found, field.attname) == getattr(alice, field.attname)
