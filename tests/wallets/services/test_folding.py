"""A round of folding: what it brings up to date and leaves, and that the schedule asks for it."""

from collections.abc import Iterator

import pytest

from coinhub.schedule import SCHEDULE
from tests.conftest import gbp
from tests.refusals import nothing_written
from tests.sessions import as_application
from tests.wallets.horizon import settle
from tests.wallets.relations import assert_agree, balances
from wallets import tasks
from wallets.models import Posting, Wallet
from wallets.selectors import folded, office
from wallets.services import folding, payments


def is_folded(wallet: Wallet) -> bool:
    wallet.refresh_from_db()
    return wallet.version == Posting.objects.filter(wallet=wallet).count()


@pytest.fixture
def booked(payee, settlement, actor) -> Wallet:
    """What the house holds outside, with something to fold."""
    payments.credit(payee=payee, amount=gbp("12.34"), actor=actor)
    assert not is_folded(settlement)
    return settlement


@pytest.fixture
def busy(booked: Wallet) -> Iterator[Wallet]:
    """A wallet whose row somebody holds."""
    with as_application() as other:
        other.execute("SELECT fold_wallet_v1(%s, 0::smallint)", [booked.pk])
        yield booked


class TestARound:
    def test_brings_every_row_up_to_its_postings(self, booked):
        before = balances(booked)
        settle(booked)
        done = folding.fold_all()
        assert is_folded(booked)
        assert (done.wallets >= 1, done.busy) == (True, 0)
        assert booked.available == before[0] == balances(booked)[0]
        assert_agree(booked)

    def test_again_finds_nothing_to_do(self, booked):
        for wallet in Wallet.objects.filter(folded_through__isnull=False):
            settle(wallet)
        folding.fold_all()
        with nothing_written():
            assert folding.fold_all() == folding.Folded(0, 0, 0)

    def test_leaves_a_busy_wallet_for_the_next_round(self, busy):
        before = balances(busy)
        done = folding.fold_all()
        assert done.busy >= 1
        assert balances(busy) == before
        assert_agree(busy)

    def test_is_what_the_task_does_and_a_later_version_may_ask_for_more(self, booked):
        settle(booked)
        tasks.folding.fold.run(something_of_a_later_version=1)
        assert is_folded(booked)

    def test_is_asked_for_every_few_seconds(self):
        entry = SCHEDULE["fold"]
        assert entry["task"] == tasks.folding.fold.name
        assert 0 < entry["schedule"] <= 10


class TestReading:
    def test_gives_what_is_available_before_and_after_a_fold(self, booked):
        before = folded.get_available(booked)
        folding.fold_all()
        assert folded.get_available(booked) == before == balances(booked)[0]

    def test_adds_nothing_to_a_customers_wallet(self, payer):
        assert folded.with_unfolded(Wallet.objects.filter(pk=payer.pk)).get().unfolded == 0

    def test_lists_the_newest_postings_first_whether_folded_or_not(self, booked, payee, actor):
        last = payments.credit(payee=payee, amount=gbp("1.00"), actor=actor).transaction
        newest = folded.newest_postings(booked, 2)
        assert newest[0].journal.transaction_id == last.pk
        assert newest[0].xact_id > newest[1].xact_id
        folding.fold_all()
        assert [p.pk for p in folded.newest_postings(booked, 2)] == [p.pk for p in newest]

    def test_shows_what_is_held_outside_as_it_is_now(self, booked):
        (pounds,) = [row for row in office.list_standings() if row.currency.pk == "GBP"]
        assert pounds.gap == 0
        assert pounds.outside == -balances(booked)[0]
