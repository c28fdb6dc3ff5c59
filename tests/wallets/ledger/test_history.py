"""Balances at any past moment, by posting and by time."""

from datetime import timedelta

import pytest
from django.db import connection

from tests.conftest import gbp
from wallets.models import Posting
from wallets.selectors import balances
from wallets.services import holds, payments, transfers


@pytest.fixture
def story(payer, payee, actor):
    """A few steps on one wallet, and what was in it after each."""
    seen = [(0, 0, 0)]

    def look():
        payer.refresh_from_db()
        seen.append((payer.available, payer.held, payer.locked))

    look()
    transfers.transfer(payer=payer, payee=payee, amount=gbp("30"), actor=actor)
    look()
    booked = holds.place_hold(
        payer=payer, payee=payee, amount=gbp("20"), purpose="card_auth", actor=actor
    )
    look()
    hold = booked.transaction.holds.get()
    holds.capture(hold=hold, amount=gbp("5"), actor=actor)
    look()
    payments.debit(payer=payer, amount=gbp("1.50"), actor=actor)
    look()
    return seen


def times_of(wallet):
    """Give the moment of each journal of a wallet, in order, with the newest posting of it."""
    found = {}
    for posting in Posting.objects.filter(wallet=wallet).select_related("journal").order_by("seq"):
        found[posting.journal_id] = (posting.journal.booked_at, posting.seq)
    return list(found.values())


class TestAtAMoment:
    def test_the_balances_are_what_they_were(self, payer, story):
        for moment, seq in times_of(payer):
            then = balances.get_balances_at(payer, moment)
            at_seq = balances.get_balances(payer, seq=seq)
            assert then == at_seq
            newest = Posting.objects.get(wallet=payer, seq=seq)
            assert getattr(then, newest.balance_type) == newest.balance_after

    def test_every_state_that_was_seen_is_found_again(self, payer, story):
        found = [(0, 0, 0)] + [
            (then.available, then.held, then.locked)
            for then in (balances.get_balances(payer, seq=seq) for _, seq in times_of(payer))
        ]
        assert [state for state in found if state in story] == story

    def test_between_two_postings_it_is_the_earlier(self, payer, story):
        (first, first_seq), (second, _) = times_of(payer)[:2]
        between = first + (second - first) / 2
        assert balances.get_balances_at(payer, between).seq == first_seq
        assert balances.find_seq(payer, second - timedelta(microseconds=1)) == first_seq

    def test_before_the_first_there_is_nothing(self, payer, story):
        first = times_of(payer)[0][0]
        then = balances.get_balances_at(payer, first - timedelta(microseconds=1))
        assert (then.seq, then.total) == (0, 0)

    def test_now_it_is_what_the_wallet_says(self, payer, story):
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            now = cursor.fetchone()[0]
        then = balances.get_balances_at(payer, now)
        payer.refresh_from_db()
        assert (then.available, then.locked, then.total) == (
            payer.available,
            payer.locked,
            payer.total,
        )
        assert then.seq == payer.version

    def test_the_moments_never_go_back(self, payer, story):
        moments = [moment for moment, _ in times_of(payer)]
        assert moments == sorted(moments)
