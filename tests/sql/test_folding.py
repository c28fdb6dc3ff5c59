"""Folded wallets: what a booking writes, what a fold takes, and that no late commit is lost."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.db import connection

from tests.refusals import nothing_written
from tests.sessions import Session, as_application, as_owner
from tests.sql.calls import HEAD, Journal, line, post, refused, run
from tests.stepped import Stepped
from tests.wallets.horizon import settle
from tests.wallets.relations import assert_agree, assert_sums_are_zero, balances
from wallets.ledger.wallets import open_wallet
from wallets.models import Fold, Posting, Wallet

Draft = Callable[..., Journal]
POST = f"SELECT journal_id FROM post_journal_v1({HEAD})"  # noqa: S608


@pytest.fixture
def fees(committed_db: None) -> Wallet:
    """A folded wallet that nobody else books on."""
    code = f"R.{uuid4().hex[:12]}"
    return open_wallet(owner_id=None, currency="GBP", code=code, folded=True)[0]


@pytest.fixture
def draft(
    payer: Wallet, payee: Wallet, open_transaction: Callable[..., int]
) -> Callable[..., Journal]:
    """A journal of the lines given."""
    transaction_id = open_transaction(payer, payee)

    def make(*lines: Any) -> Journal:
        return Journal(lines, payer.shard, transaction_id)

    return make


def fold(wallet: Wallet) -> int:
    """Fold all that is committed."""
    settle(wallet)
    return fold_once(wallet)


def fold_once(wallet: Wallet) -> int:
    folded = run("SELECT postings FROM fold_wallet_v1(%s, %s::smallint)", [wallet.pk, 0])[0]
    wallet.refresh_from_db()
    return int(folded)


def row(wallet: Wallet) -> tuple[Decimal, int]:
    wallet.refresh_from_db()
    return wallet.available, wallet.version


def begin_with(session: Session, journal: Journal) -> None:
    """Book in a session and leave its transaction open."""
    session.execute(POST, journal.arguments())


class TestABooking:
    def test_leaves_the_row_alone_and_numbers_nothing(self, payer, fees, draft):
        journal_id = post(draft(line(payer, -3), line(fees, 3)))[0]
        assert row(fees) == (0, 0)
        posting = Posting.objects.get(journal_id=journal_id, wallet=fees)
        assert (posting.seq, posting.balance_after, posting.amount) == (None, None, 3)
        assert posting.xact_id == posting.journal.xact_id
        assert balances(fees)[0] == 3
        assert_agree(payer, fees)

    def test_waits_for_nobody_who_books_on_the_same_wallet(self, payer, fees, draft):
        with as_application() as other:
            begin_with(other, draft(line(payer, -1), line(fees, 1)))
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '200ms'")
            try:
                post(draft(line(fees, 1), line(open_house(), -1)))
            finally:
                with connection.cursor() as cursor:
                    cursor.execute("RESET lock_timeout")
            other.commit()
        assert balances(fees)[0] == 2

    def test_waits_for_no_fold_either(self, payer, fees, draft):
        post(draft(line(payer, -1), line(fees, 1)))
        settle(fees)
        with as_application() as other:
            other.execute("SELECT fold_wallet_v1(%s, 0::smallint)", [fees.pk])
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '200ms'")
            try:
                post(draft(line(payer, -2), line(fees, 2)))
            finally:
                with connection.cursor() as cursor:
                    cursor.execute("RESET lock_timeout")
            other.commit()
        assert fold(fees) == 1
        assert row(fees) == (3, 2)
        assert_agree(fees)

    def test_of_finer_amounts_than_the_currency_is_refused(self, payer, fees, draft):
        fine = Decimal("0.001")
        answer = refused(post, draft(line(payer, -fine), line(fees, fine)))
        assert answer.sqlstate == "LG005"

    @pytest.mark.parametrize("kind", ["held", "locked", "invested"])
    def test_on_another_balance_than_available_is_refused(self, payer, fees, draft, kind):
        answer = refused(post, draft(line(payer, -1), line(fees, 1, kind)))
        assert answer.sqlstate == "LG010"


class TestTaking:
    def test_from_a_floor_is_counted_with_what_is_not_folded(self, payer, payee, fees, draft):
        post(draft(line(payer, -5), line(fees, 5)))
        post(draft(line(fees, -5), line(payee, 5)))
        assert (balances(fees)[0], balances(payee)[0]) == (0, 5)
        assert_agree(fees, payee)

    def test_more_than_there_is_is_refused_and_says_what_there_is(self, payer, payee, fees, draft):
        post(draft(line(payer, -5), line(fees, 5)))
        answer = refused(post, draft(line(fees, -6), line(payee, 6)))
        assert answer.sqlstate == "LG002"
        assert answer.detail == '{"available" : "5", "required" : "6"}'

    def test_counts_what_the_same_transaction_booked(self, payer, payee, fees, draft):
        with as_application() as session:
            begin_with(session, draft(line(payer, -2), line(fees, 2)))
            begin_with(session, draft(line(fees, -2), line(payee, 2)))
            with pytest.raises(psycopg.Error) as caught:
                begin_with(session, draft(line(fees, -1), line(payee, 1)))
        assert caught.value.sqlstate == "LG002"

    def test_two_at_once_cannot_take_the_same_money(self, payer, payee, fees, draft):
        post(draft(line(payer, -5), line(fees, 5)))
        first, second = (draft(line(fees, -5), line(payee, 5)) for _ in range(2))
        with Stepped() as one, Stepped() as other:
            one.do(lambda: post(first))
            waiting = other.start(lambda: post(second))
            assert other.is_waiting()
            one.commit()
            assert "not enough" in str(waiting.exception(5))
        assert (balances(fees)[0], balances(payee)[0]) == (0, 5)
        assert_agree(fees, payee)

    def test_what_somebody_has_not_committed_is_refused(self, payer, payee, fees, draft):
        with as_application() as other:
            begin_with(other, draft(line(payer, -5), line(fees, 5)))
            answer = refused(post, draft(line(fees, -1), line(payee, 1)))
            assert answer.sqlstate == "LG002"
            other.commit()
        assert balances(fees)[0] == 5

    def test_from_what_is_held_outside_has_no_floor(self, payer, settlement, draft):
        outside = balances(settlement)[0]
        post(draft(line(settlement, -1000000), line(payer, 1000000)))
        assert balances(settlement)[0] == outside - 1000000
        post(draft(line(settlement, 1000000), line(payer, -1000000)))


class TestAFold:
    def test_takes_what_was_committed_and_keeps_a_row_of_it(self, payer, fees, draft):
        for amount in (1, 2, 3):
            post(draft(line(payer, -amount), line(fees, amount)))
        assert fold(fees) == 3
        assert row(fees) == (6, 3)
        kept = Fold.objects.get(wallet=fees)
        assert (kept.postings, kept.version, kept.balance_after) == (3, 3, 6)
        assert kept.horizon == fees.folded_through
        assert_agree(fees)

    def test_of_nothing_writes_nothing(self, payer, fees, draft):
        post(draft(line(payer, -1), line(fees, 1)))
        fold(fees)
        with nothing_written():
            assert fold_once(fees) == 0

    def test_passes_no_late_commit_over(self, payer, fees, draft):
        """The one that began first commits last: its ids are lower than those folded before it."""
        with as_application() as late:
            begin_with(late, draft(line(payer, -1), line(fees, 1)))
            post(draft(line(open_house(), -2), line(fees, 2)))
            assert fold_once(fees) == 0, "what began later than the open one has to wait for it"
            assert balances(fees)[0] == 2
            assert_agree(fees)
            late.commit()
        assert balances(fees)[0] == 3
        assert fold(fees) == 2
        assert row(fees) == (3, 2)
        assert_agree(fees)

    def test_goes_up_to_the_oldest_that_is_open(self, payer, fees, draft):
        post(draft(line(payer, -1), line(fees, 1)))
        with as_application() as open_one:
            begin_with(open_one, draft(line(open_house(), -2), line(fees, 2)))
            assert fold(fees) == 1
            assert row(fees) == (1, 1)
            open_one.rollback()
        assert balances(fees)[0] == 1
        assert_agree(fees)

    def test_that_is_rolled_back_can_be_done_again(self, payer, fees, draft):
        post(draft(line(payer, -4), line(fees, 4)))
        settle(fees)
        with as_application() as broken:
            broken.execute("SELECT fold_wallet_v1(%s, 0::smallint)", [fees.pk])
            broken.rollback()
        assert row(fees) == (0, 0)
        assert fold(fees) == 1
        assert row(fees) == (4, 1)

    def test_two_at_once_take_each_posting_once(self, payer, fees, draft):
        post(draft(line(payer, -4), line(fees, 4)))
        settle(fees)
        with Stepped() as one, Stepped() as other:
            assert one.do(lambda: fold_once(Wallet.objects.get(pk=fees.pk))) == 1
            waiting = other.start(lambda: fold_once(Wallet.objects.get(pk=fees.pk)))
            assert other.is_waiting()
            one.commit()
            assert waiting.result(5) == 0
            other.commit()
        assert row(fees) == (4, 1)
        assert_agree(fees)

    def test_of_a_customers_wallet_is_refused(self, payer):
        fold_it = "SELECT fold_wallet_v1(%s, %s::smallint)"
        assert refused(run, fold_it, [payer.pk, payer.shard]).sqlstate == "LG003"

    def test_in_a_cluster_whose_ids_are_behind_is_refused(self, fees):
        """After a logical restore the ids start anew: new postings would never be folded."""
        with as_owner() as owner:
            owner.execute(
                "UPDATE wallets_wallet SET folded_through = '999999999999' WHERE id = %s", [fees.pk]
            )
            with pytest.raises(psycopg.Error) as caught:
                owner.execute("SELECT fold_wallet_v1(%s, 0::smallint)", [fees.pk])
        assert caught.value.sqlstate == "LG030"

    def test_refused_for_that_reason_lets_nothing_be_booked_either(self, payer, fees, draft):
        with as_owner() as owner:
            owner.execute(
                "UPDATE wallets_wallet SET folded_through = '999999999999' WHERE id = %s", [fees.pk]
            )
            with pytest.raises(psycopg.Error) as caught:
                begin_with(owner, draft(line(payer, -4), line(fees, 4)))
        assert caught.value.sqlstate == "LG030"
        assert balances(payer)[0] == 100

    def test_in_all_leaves_every_currency_at_zero(self, payer, payee, fees, draft):
        post(draft(line(payer, -5), line(fees, 2), line(payee, 3)))
        fold(fees)
        assert_sums_are_zero()


class TestAFoldRow:
    @pytest.mark.parametrize(
        "change",
        [
            "UPDATE wallets_fold SET amount = amount + 1 WHERE wallet_id = %s",
            "DELETE FROM wallets_fold WHERE wallet_id = %s",
        ],
    )
    def test_stays_as_it_is_for_the_owner_too(self, payer, fees, draft, change):
        post(draft(line(payer, -1), line(fees, 1)))
        fold(fees)
        with nothing_written(), as_owner() as owner, pytest.raises(psycopg.Error) as caught:
            owner.execute(change, [fees.pk])
        assert caught.value.sqlstate == "LG011"

    def test_is_not_the_applications_to_write(self, fees):
        with as_application() as session, pytest.raises(psycopg.Error) as caught:
            session.execute(
                "INSERT INTO wallets_fold"
                " (shard, wallet_id, version, horizon, postings, amount, balance_after)"
                " VALUES (0, %s, 1, '1', 1, 1, 1)",
                [fees.pk],
            )
        assert caught.value.sqlstate == "42501"


def open_house() -> Wallet:
    """What the house holds outside, from which anybody may take."""
    return Wallet.objects.get(code="A.SET", currency_id="GBP")
