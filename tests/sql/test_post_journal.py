"""post_journal_v1, called directly: what it refuses with which code, and what it writes."""

from decimal import Decimal

import pytest

from coinhub.core.ids import shard_of
from tests.conftest import make_customer, wallet_of
from tests.sql.calls import Journal, line, post, refused, run
from tests.wallets.relations import assert_agree, assert_sums_are_zero, balances
from wallets.models import Posting
from wallets.services import wallets


@pytest.fixture
def draft(payer, payee, open_transaction):
    """A journal between payer and payee, of the lines given."""
    transaction_id = open_transaction(payer, payee)

    def make(*lines, **fields):
        return Journal(lines, payer.shard, transaction_id, **fields)

    return make


class TestWhatItWrites:
    def test_one_journal_its_postings_and_the_balances(self, payer, payee, draft):
        journal_id = post(draft(line(payer, -30), line(payee, 30)))[0]
        assert (balances(payer)[0], balances(payee)[0]) == (70, 30)
        postings = Posting.objects.filter(journal_id=journal_id).order_by("id")
        assert [(p.wallet_id, p.shard, p.amount, p.balance_after, p.seq) for p in postings] == [
            (payer.pk, payer.shard, -30, 70, 2),
            (payee.pk, payee.shard, 30, 30, 1),
        ]
        assert_agree(payer, payee)

    def test_a_wallet_may_occur_several_times_and_get_change_back(self, payer, payee, draft):
        post(draft(line(payer, -100), line(payee, 85), line(payer, 15)))
        assert balances(payer)[0] == 15
        lines = Posting.objects.filter(wallet=payer).order_by("seq")
        assert [(p.seq, p.amount, p.balance_after) for p in lines] == [
            (1, 100, 100),
            (2, -100, 0),
            (3, 15, 15),
        ]
        assert_agree(payer, payee)

    def test_the_floor_is_checked_after_the_last_line_of_a_wallet(self, payer, payee, draft):
        post(draft(line(payer, -150), line(payer, 60), line(payee, 90)))
        assert balances(payer)[0] == 10
        assert_agree(payer, payee)

    def test_two_currencies_in_one_journal_each_sum_to_zero(self, payer, payee, new_wallet, draft):
        rich, poor = new_wallet("BTC", funded="2"), new_wallet("BTC")
        small = Decimal("0.00000001")
        post(draft(line(payer, -1), line(rich, -small), line(payee, 1), line(poor, small)))
        assert balances(poor)[0] == small
        assert_agree(payer, payee, rich, poor)

    @pytest.mark.parametrize("count", [2, 3, 100, 5000])
    def test_2_to_5000_postings(self, new_wallet, payee, draft, count):
        rich = new_wallet(funded="5000")
        post(draft(line(rich, -(count - 1)), *[line(payee, 1)] * (count - 1)))
        payee.refresh_from_db()
        assert (payee.available, payee.version) == (count - 1, count - 1)
        assert_agree(rich, payee)

    def test_money_out_of_a_frozen_wallet_only_when_as_much_comes_back(self, payer, payee, draft):
        wallets.freeze(payer)
        post(draft(line(payer, -10), line(payer, 10), line(payee, 1), line(payee, -1)))
        answer = refused(post, draft(line(payer, -10), line(payer, 9), line(payee, 1)))
        assert answer.sqlstate == "LG004"

    def test_the_sequence_of_a_wallet_has_no_gap_after_refusals(self, payer, payee, draft):
        post(draft(line(payer, -1), line(payee, 1)))
        refused(post, draft(line(payer, -1000), line(payee, 1000)))
        refused(post, draft(line(payer, -1), line(payee, 2)))
        post(draft(line(payer, -1), line(payee, 1)))
        seqs = Posting.objects.filter(wallet=payer).order_by("seq").values_list("seq", flat=True)
        assert list(seqs) == [1, 2, 3]
        assert_sums_are_zero()


class TestWhatItRefuses:
    @pytest.mark.parametrize(
        "amounts", [(-10, 9), (-10, 11), (10, 10), (Decimal("-0.01"), Decimal("0.02"))]
    )
    def test_postings_that_do_not_sum_to_zero(self, payer, payee, draft, amounts):
        answer = refused(post, draft(line(payer, amounts[0]), line(payee, amounts[1])))
        assert answer.sqlstate == "LG001"

    def test_currencies_that_sum_to_zero_only_together(self, payer, new_wallet, draft):
        dollars = new_wallet("USD")
        assert refused(post, draft(line(payer, -5), line(dollars, 5))).sqlstate == "LG001"

    def test_less_than_the_floor_and_says_what_there_is(self, payer, payee, draft):
        answer = refused(post, draft(line(payer, "-100.01"), line(payee, "100.01")))
        assert answer.sqlstate == "LG002"
        assert '"available" : "100"' in answer.detail
        assert '"required" : "100.01"' in answer.detail

    def test_a_wallet_that_is_not_there(self, payer, payee, draft):
        ghost = (payee.pk + 10**9, payee.shard, "available", 1)
        assert refused(post, draft(line(payer, -1), ghost)).sqlstate == "LG003"

    @pytest.mark.parametrize("shard", [None, -1, 1024, 32767])
    def test_a_wallet_on_a_shard_it_is_not_on(self, payer, payee, draft, shard):
        answer = refused(post, draft(line(payer, -1), (payee.pk, shard, "available", 1)))
        assert answer.sqlstate == "LG003"

    def test_a_wallet_named_on_the_right_and_on_a_wrong_shard(self, payer, payee, draft):
        wrong = (payer.pk, (payer.shard + 1) % 1024, "available", -1)
        answer = refused(post, draft(line(payer, -1), wrong, line(payee, 2)))
        assert answer.sqlstate == "LG003"

    def test_a_frozen_payer_and_a_closed_payee(self, payer, draft):
        owner = make_customer()
        wallet_of(owner, "USD")
        closed = wallet_of(owner, "GBP")
        wallets.close(closed)
        answer = refused(post, draft(line(payer, -1), line(closed, 1)))
        assert (answer.sqlstate, '"closed"' in answer.detail) == ("LG004", True)
        wallets.freeze(payer)
        answer = refused(post, draft(line(payer, -1), line(closed, 1)))
        assert answer.sqlstate == "LG004"

    @pytest.mark.parametrize("amount", ["0.001", "0.0000000000000000001", "1e-30"])
    def test_more_decimals_than_the_currency_has(self, payer, payee, draft, amount):
        journal = draft(line(payer, f"-{amount}"), line(payee, amount))
        assert refused(post, journal).sqlstate == "LG005"

    def test_decimals_that_are_gone_in_the_sum(self, payer, payee, draft):
        journal = draft(line(payer, "-1.005"), line(payer, "-1.005"), line(payee, "2.01"))
        assert refused(post, journal).sqlstate == "LG005"

    def test_zeros_behind_the_point_are_no_decimals(self, payer, payee, draft):
        post(draft(line(payer, "-1.000000000"), line(payee, "1.00")))
        assert balances(payee)[0] == 1

    @pytest.mark.parametrize(
        "amounts",
        [
            ("NaN", "NaN"), ("-1", "NaN"), ("NaN", "1"), ("0", "0"), ("0.00", "0.00"),
            ("-1", None), (None, None),
        ],
    )  # fmt: skip
    def test_nan_zero_and_null(self, payer, payee, draft, amounts):
        answer = refused(post, draft(line(payer, amounts[0]), line(payee, amounts[1])))
        assert answer.sqlstate == "LG006"

    @pytest.mark.parametrize(
        "amounts",
        [
            ("-Infinity", "Infinity"), ("Infinity", "-Infinity"), ("-1", "Infinity"),
            ("1e20", "-1e20"), ("-1e21", "1e21"), ("1e100", "-1e100"),
        ],
    )  # fmt: skip
    def test_infinities_and_what_no_column_holds(self, settlement, payee, draft, amounts):
        answer = refused(post, draft(line(settlement, amounts[0]), line(payee, amounts[1])))
        assert answer.sqlstate in {"22003", "LG002", "LG006"}

    def test_infinities_of_one_wallet_that_would_cancel_out(self, payer, payee, draft):
        lines = [line(payer, "Infinity"), line(payer, "-Infinity"), line(payee, 1), line(payer, -1)]
        answer = refused(post, draft(*lines))
        assert answer.sqlstate in {"22003", "23514", "LG002", "LG006"}

    @pytest.mark.parametrize(
        "balance_type", ["Available", "free", "", "total", "available ", "held     ", "held\u00a0"]
    )
    def test_a_balance_there_is_not(self, payer, payee, draft, balance_type):
        answer = refused(post, draft(line(payer, -1, balance_type), line(payee, 1, balance_type)))
        assert answer.sqlstate == "LG006"

    def test_a_balance_type_or_wallet_that_is_null(self, payer, payee, draft):
        assert refused(post, draft(line(payer, -1, None), line(payee, 1))).sqlstate == "LG006"
        nobody = (None, payee.shard, "available", 1)
        assert refused(post, draft(line(payer, -1), nobody)).sqlstate == "LG006"

    @pytest.mark.parametrize("balance_type", ["held", "locked"])
    def test_held_and_locked_without_a_hold(self, payer, payee, draft, balance_type):
        for lines in (
            [line(payer, -1), line(payee, 1, balance_type)],
            [line(payer, -1), line(payer, 1, balance_type)],
            [line(payer, -1, balance_type), line(payee, 1)],
        ):
            assert refused(post, draft(*lines)).sqlstate == "LG010"

    def test_invested_below_zero_and_invested_of_the_house(self, payer, payee, settlement, draft):
        answer = refused(post, draft(line(payer, -1, "invested"), line(payee, 1)))
        assert answer.sqlstate == "LG010"
        answer = refused(post, draft(line(payer, -1), line(settlement, 1, "invested")))
        assert answer.sqlstate == "LG010"

    @pytest.mark.parametrize("count", [0, 1, 5001])
    def test_fewer_than_two_and_more_than_5000_postings(self, settlement, payee, draft, count):
        lines = [line(settlement, -count), *[line(payee, 1)] * count][:count]
        assert refused(post, draft(*lines)).sqlstate == "LG006"

    @pytest.mark.parametrize("place", [4, 5, 6, 7])
    @pytest.mark.parametrize("change", ["shorter", "longer", "null"])
    def test_arrays_that_do_not_match(self, payer, payee, draft, place, change):
        arguments = draft(line(payer, -1), line(payee, 1)).arguments()
        given = arguments[place]
        arguments[place] = {"shorter": given[:1], "longer": [*given, given[0]], "null": None}[
            change
        ]
        statement = (
            "SELECT post_journal_v1(%s::smallint, %s::bigint, %s::text, %s::text,"
            " %s::bigint[], %s::smallint[], %s::text[], %s::numeric[])"
        )
        assert refused(run, statement, arguments).sqlstate == "LG006"

    def test_arrays_of_two_dimensions(self, payer, payee, draft):
        arguments = draft(line(payer, -1), line(payee, 1)).arguments()
        arguments[7] = [[-1], [1]]
        statement = (
            "SELECT post_journal_v1(%s::smallint, %s::bigint, %s::text, %s::text,"
            " %s::bigint[], %s::smallint[], %s::text[], %s::numeric[])"
        )
        assert refused(run, statement, arguments).sqlstate in {"LG006", "0A000"}

    def test_the_same_step_of_the_same_operation_twice(self, payer, payee, draft):
        post(draft(line(payer, -1), line(payee, 1), transition_key="once"))
        answer = refused(post, draft(line(payer, -2), line(payee, 2), transition_key="once"))
        assert answer.constraint == "journal_step_booked_once"

    def test_a_step_without_a_name_or_an_operation(self, payer, payee, draft):
        answer = refused(post, draft(line(payer, -1), line(payee, 1), transition_key=None))
        assert answer.sqlstate == "23502"
        lost = draft(line(payer, -1), line(payee, 1))
        for nothing in (None, 10**15):
            lost.transaction_id = nothing
            assert refused(post, lost).sqlstate == "LG003"

    @pytest.mark.parametrize("beside", [-1, 1, 1024])
    def test_a_step_on_another_shard_where_it_could_be_booked_again(
        self, payer, payee, draft, beside
    ):
        post(draft(line(payer, -1), line(payee, 1), transition_key="once"))
        again = draft(line(payer, -2), line(payee, 2), transition_key="once")
        again.shard += beside
        assert refused(post, again).sqlstate == "LG003"
        assert (balances(payer)[0], balances(payee)[0]) == (99, 1)


class TestTheShard:
    def test_of_an_owner_is_the_same_in_python_and_in_the_database(self, committed_db):
        owners = [make_customer().pk for _ in range(3)]
        with_sql = run("SELECT array_agg(ledger_shard(o)) FROM unnest(%s::uuid[]) AS o", [owners])
        assert with_sql[0] == [shard_of(owner) for owner in owners]
        assert run("SELECT ledger_shard(NULL)")[0] == shard_of(None) == 0
