"""hold_place_v1, hold_capture_v1 and hold_void_v1, called directly, by their owner."""

import pytest

from tests.sessions import as_owner
from tests.sql.calls import HEAD, OWNER, Journal, capture, line, place, post, refused, run, void
from tests.stepped import Stepped
from tests.wallets.relations import assert_agree, balances
from wallets.models import Hold


@pytest.fixture
def draft(payer, payee, open_transaction):
    """A journal between payer and payee, of the lines given."""
    transaction_id = open_transaction(payer, payee)

    def make(*lines, **fields):
        return Journal(lines, payer.shard, transaction_id, **fields)

    return make


@pytest.fixture
def locked(payer, draft):
    """An open hold on 40.00 locked pounds of the payer."""
    hold_id = place(draft(line(payer, -40), line(payer, 40, "locked")))
    return {"hold_id": hold_id, "hold_shard": payer.shard}


@pytest.fixture
def held(payer, payee, draft):
    """An open hold on 40.00 held pounds of the payee, with the condition kyc."""
    journal = draft(line(payer, -40), line(payee, 40, "held"))
    return {"hold_id": place(journal, conditions=["kyc"]), "hold_shard": payee.shard}


class TestPlace:
    def test_makes_hold_and_conditions_with_the_journal(self, payee, held):
        hold = Hold.objects.get(pk=held["hold_id"])
        assert (hold.amount, hold.remaining, hold.state, hold.shard) == (
            40,
            40,
            "open",
            payee.shard,
        )
        assert [(c.code, c.shard) for c in hold.conditions.all()] == [("kyc", payee.shard)]
        assert_agree(payee)

    @pytest.mark.parametrize(
        "lines",
        [
            lambda a, b: [line(a, -1), line(b, 1)],
            lambda a, b: [line(a, -2), line(b, 1, "held"), line(b, 1, "held")],
            lambda a, b: [line(a, -2), line(a, 1, "locked"), line(b, 1, "held")],
            lambda a, b: [line(a, -1, "locked"), line(b, 1)],
        ],
        ids=["none", "two held", "locked and held", "taken"],
    )
    def test_needs_exactly_one_posting_that_adds_to_held_or_locked(
        self, payer, payee, draft, lines
    ):
        assert refused(place, draft(*lines(payer, payee))).sqlstate == "LG010"

    def test_on_a_wallet_of_the_house_is_refused(self, payer, settlement, draft):
        answer = refused(place, draft(line(payer, -1), line(settlement, 1, "held")))
        assert answer.sqlstate == "LG010"

    def test_that_does_not_balance_is_refused(self, payer, draft):
        answer = refused(place, draft(line(payer, -1), line(payer, 2, "locked")))
        assert answer.sqlstate == "LG001"

    def test_with_a_condition_twice_or_unnamed_is_refused(self, payer, payee, draft):
        lines = (line(payer, -1), line(payee, 1, "held"))
        answer = refused(place, draft(*lines), conditions=["kyc", "kyc"])
        assert answer.constraint == "hold_condition_once_per_code"
        assert refused(place, draft(*lines), conditions=[None]).sqlstate == "23502"

    @pytest.mark.parametrize("end", ["clock_timestamp() - interval '1 second'", "'infinity'"])
    def test_that_would_have_expired_or_never_would_is_refused(self, payer, draft, end):
        arguments = draft(line(payer, -1), line(payer, 1, "locked")).arguments()
        statement = f"SELECT hold_place_v1({HEAD}, gen_random_uuid(), 'x', '{{}}', {end})"  # noqa: S608
        assert refused(run, statement, arguments, using=OWNER).sqlstate == "LG007"

    def test_arrays_that_begin_elsewhere_do_not_shift_the_hold_to_another_amount(
        self, payer, payee, draft
    ):
        head = draft().arguments()[:4]
        statement = (
            "SELECT hold_place_v1(%s::smallint, %s::bigint, %s::text, %s::text, %s::bigint[],"
            " %s::smallint[], '{available,locked,available}', '[0:2]={-15,10,5}',"
            " gen_random_uuid(), 'x', '{}', NULL)"
        )
        wallets = [[payer.pk, payer.pk, payee.pk], [payer.shard, payer.shard, payee.shard]]
        assert refused(run, statement, [*head, *wallets], using=OWNER).sqlstate == "LG006"


class TestCapture:
    def test_of_a_part_keeps_the_rest_on_hold(self, payer, payee, draft, locked):
        capture(draft(line(payer, -10, "locked"), line(payee, 10)), **locked)
        hold = Hold.objects.get(pk=locked["hold_id"])
        assert (hold.remaining, hold.state, hold.ended_at) == (30, "open", None)
        assert balances(payer) == (60, 0, 30)
        capture(draft(line(payer, -30, "locked"), line(payee, 30)), **locked)
        hold.refresh_from_db()
        assert (hold.remaining, hold.state) == (0, "captured")
        assert hold.ended_at is not None
        assert_agree(payer, payee)

    def test_of_more_than_remains_is_refused(self, payer, payee, draft, locked):
        journal = draft(line(payer, "-40.01", "locked"), line(payee, "40.01"))
        assert refused(capture, journal, **locked).sqlstate == "LG008"

    def test_of_another_operations_hold_is_refused(self, payer, payee, locked, open_transaction):
        other = open_transaction(payer, payee)
        journal = Journal([line(payer, -1, "locked"), line(payee, 1)], payer.shard, other)
        assert refused(capture, journal, **locked).sqlstate == "LG010"

    def test_from_another_wallets_locked_money_is_refused(
        self, payer, payee, draft, locked, new_wallet, open_transaction
    ):
        other = new_wallet(funded="40.00")
        place(
            Journal(
                [line(other, -40), line(other, 40, "locked")],
                other.shard,
                open_transaction(other, payee),
            )
        )
        journal = draft(line(other, -1, "locked"), line(payee, 1))
        assert refused(capture, journal, **locked).sqlstate == "LG010"

    @pytest.mark.parametrize(
        "lines",
        [
            lambda a, b: [line(a, 1, "locked"), line(b, -1)],
            lambda a, b: [line(a, -1), line(b, 1)],
            lambda a, b: [line(a, -1, "locked"), line(a, -1, "locked"), line(b, 2)],
            lambda a, b: [line(a, -1, "locked"), line(b, 1, "held")],
            lambda a, b: [line(a, -1, "held"), line(b, 1)],
        ],
        ids=["adds", "nothing locked", "twice", "into held", "from held"],
    )
    def test_takes_once_and_from_its_own_balance(self, payer, payee, draft, locked, lines):
        assert refused(capture, draft(*lines(payer, payee)), **locked).sqlstate == "LG010"

    def test_of_a_hold_that_has_ended_is_refused(self, payer, payee, draft, locked):
        void(draft(), **locked)
        journal = draft(line(payer, -1, "locked"), line(payee, 1))
        answer = refused(capture, journal, **locked)
        assert (answer.sqlstate, '"voided"' in answer.detail) == ("LG007", True)

    def test_of_a_hold_that_is_not_there_or_on_another_shard_is_refused(
        self, payer, payee, draft, locked
    ):
        journal = draft(line(payer, -1, "locked"), line(payee, 1))
        ghost = {"hold_id": 10**15, "hold_shard": payer.shard}
        astray = locked | {"hold_shard": (payer.shard + 1) % 1024}
        for place_of_hold in (ghost, astray):
            assert refused(capture, journal, **place_of_hold).sqlstate == "LG010"

    def test_of_held_money_is_refused(self, payer, payee, draft, held):
        journal = draft(line(payee, -1, "held"), line(payer, 1))
        assert refused(capture, journal, **held).sqlstate == "LG010"

    def test_of_an_amount_that_is_no_number_is_refused(self, payer, payee, draft, locked):
        for amount in ("NaN", None):
            journal = draft(line(payer, amount, "locked"), line(payee, 1))
            assert refused(capture, journal, **locked).sqlstate in {"LG006", "LG008", "LG010"}


class TestVoid:
    def test_gives_back_what_remains(self, payer, payee, draft, locked):
        capture(draft(line(payer, -10, "locked"), line(payee, 10)), **locked)
        void(draft(), **locked)
        assert balances(payer) == (90, 0, 0)
        assert_agree(payer, payee)

    def test_of_a_hold_with_an_open_condition_is_refused(self, draft, held):
        assert refused(void, draft(), **held, end_state="released").sqlstate == "LG009"

    def test_releases_held_money_once_every_condition_is_cleared(self, payee, draft, held):
        with as_owner() as owner:
            owner.execute(
                "UPDATE wallets_holdcondition SET cleared_at = clock_timestamp()"
                " WHERE hold_id = %s",
                [held["hold_id"]],
            )
            owner.commit()
        void(draft(), **held, end_state="released")
        assert balances(payee) == (40, 0, 0)
        assert Hold.objects.get(pk=held["hold_id"]).state == "released"
        assert_agree(payee)

    @pytest.mark.parametrize("end_state", ["released", "captured", "open", "nonsense", ""])
    def test_of_locked_money_ends_voided_or_expired(self, draft, locked, end_state):
        assert refused(void, draft(), **locked, end_state=end_state).sqlstate == "LG010"

    @pytest.mark.parametrize("end_state", ["voided", "expired", "captured", "open"])
    def test_of_held_money_ends_released(self, draft, held, end_state):
        assert refused(void, draft(), **held, end_state=end_state).sqlstate == "LG010"

    def test_without_an_end_is_refused(self, draft, locked):
        assert refused(void, draft(), **locked, end_state=None).sqlstate == "23502"

    def test_of_another_operations_hold_is_refused(self, payer, payee, locked, open_transaction):
        other = Journal((), payer.shard, open_transaction(payer, payee))
        assert refused(void, other, **locked).sqlstate == "LG010"

    def test_twice_is_refused(self, draft, locked):
        void(draft(), **locked)
        assert refused(void, draft(), **locked).sqlstate == "LG007"

    def test_of_a_hold_that_is_not_there_is_refused(self, draft, payer):
        answer = refused(void, draft(), hold_id=10**15, hold_shard=payer.shard)
        assert answer.sqlstate == "LG007"


class TestWithoutItsHold:
    def test_locked_and_held_money_does_not_move(self, payer, payee, draft, locked):
        for balance_type in ("locked", "held"):
            journal = draft(line(payer, -40, balance_type), line(payee, 40))
            assert refused(post, journal).sqlstate == "LG010"


class TestTwoCapturesAtOnce:
    """The second has read an open hold, waits for the wallet, and must look again."""

    @pytest.fixture
    def more_locked(self, payer, draft, locked):
        """As much again is locked for something else, so the wallet alone would not refuse."""
        place(draft(line(payer, -40), line(payer, 40, "locked")))
        return locked

    @pytest.mark.parametrize(
        ("first", "second", "sqlstate"), [(40, 40, "LG007"), (40, 1, "LG007"), (30, 20, "LG008")]
    )
    def test_take_no_more_than_the_hold_has(
        self, payer, payee, draft, more_locked, first, second, sqlstate
    ):
        def take(amount):
            journal = draft(line(payer, -amount, "locked"), line(payee, amount))
            return lambda: capture(journal, **more_locked)

        with Stepped(OWNER) as one, Stepped(OWNER) as other:
            one.do(take(first))
            waiting = other.start(take(second))
            assert other.is_waiting()
            one.commit()
            refusal = waiting.exception(5)
            other.rollback()
        assert refusal.__cause__.sqlstate == sqlstate
        assert balances(payer) == (20, 0, 80 - first)
        assert_agree(payer, payee)
