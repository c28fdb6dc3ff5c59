"""book_transaction_v2 and book_step_v2: everything of an operation, or nothing of it."""

from decimal import Decimal
from uuid import uuid4

import pytest

from coinhub.core.actor import system
from coinhub.events.models import AuditEvent, OutboxEvent
from tests.conftest import gbp
from tests.sql.calls import line, refused, run
from tests.wallets.relations import assert_agree, balances
from wallets.ledger import drafts, posting, steps
from wallets.ledger.request import MoneyRequest
from wallets.models import IdempotencyKey, Journal, Transaction
from wallets.models.transaction import status_of
from wallets.services.holds import place_hold

ACTOR = system("functions")


def draft(payer, payee, amount="10.00", **fields):
    """Draft a transfer as the use case does."""
    return drafts.move(
        type=Transaction.Type.TRANSFER, payer=payer, payee=payee, amount=gbp(amount), **fields
    )


def parameters(booking, **changed):
    """Give what BOOK_TRANSACTION takes, by name where a test changes it."""
    request = MoneyRequest(uuid4(), f"key-{uuid4()}", bytes(32))
    values = posting.statement_parameters(
        booking, actor=ACTOR, event="transfer.completed", request=request
    )
    places = {"public_id": 1, "status": 3, "amount": 5, "fee": 6, "ids": 17, "amounts": 20}
    for name, value in changed.items():
        values[places[name]] = value
    return values


def book(values):
    """Call book_transaction_v2."""
    return run(posting.BOOK_TRANSACTION, values)


class TestBookTransaction:
    def test_writes_each_row_once(self, payer, payee):
        row = book(parameters(draft(payer, payee)))
        txn = Transaction.objects.get(pk=row[1])
        assert Journal.objects.filter(transaction=txn).count() == 1
        assert IdempotencyKey.objects.filter(transaction=txn).count() == 1
        assert AuditEvent.objects.filter(object_id=str(txn.public_id)).count() == 1
        assert OutboxEvent.objects.filter(object_id=str(txn.public_id)).count() == 1
        assert_agree(payer, payee)

    @pytest.mark.parametrize(
        ("changed", "sqlstate"),
        [
            ({"status": "DONE"}, "23514"),
            ({"amount": "NaN"}, "23514"),
            ({"amount": "0"}, "23514"),
            ({"amount": "-1"}, "23514"),
            ({"amount": "1e20"}, "22003"),
            ({"fee": "-0.01"}, "23514"),
            ({"fee": "NaN"}, "23514"),
            ({"ids": []}, "LG006"),
            ({"amounts": ["1", "1"]}, "LG001"),
        ],
        ids=str,
    )
    def test_that_fails_part_way_leaves_no_row_and_no_key(self, payer, payee, changed, sqlstate):
        values = parameters(draft(payer, payee), **changed)
        assert refused(book, values).sqlstate == sqlstate

    def test_with_the_public_id_of_another_is_refused(self, payer, payee):
        first = draft(payer, payee)
        book(parameters(first))
        again = parameters(draft(payer, payee), public_id=first.public_id)
        assert refused(book, again).constraint == "transaction_public_id_once"

    def test_of_an_actor_that_is_none_is_refused(self, payer, payee):
        values = parameters(draft(payer, payee))
        values[-3] = "{}"
        assert refused(book, values).sqlstate == "23502"


class TestMoreThanTwoLegs:
    def test_are_one_operation(self, payer, payee, new_wallet):
        third = new_wallet()
        legs = (
            drafts.leg(payer, gbp("-30").amount),
            drafts.leg(payee, gbp("20").amount),
            drafts.leg(third, gbp("5").amount),
            drafts.leg(payer, gbp("5").amount),
        )
        values = parameters(draft(payer, payee, "30.00"))
        values[17:21] = posting.leg_parameters(legs)
        book(values)
        assert [balances(w)[0] for w in (payer, payee, third)] == [75, 20, 5]
        assert_agree(payer, payee, third)


class TestBookStep:
    @pytest.fixture
    def hold(self, payer, payee):
        """A hold of 40 pounds, as an edge reads it."""
        booked = place_hold(
            payer=payer, payee=payee, amount=gbp("40"), purpose="card_auth", actor=ACTOR
        )
        return booked.transaction.holds.select_related("wallet", "transaction").get()

    def step(self, hold, legs=(), *, to="completed", transaction_id=None, **take):
        """Call book_step_v2 with one hold to take from."""
        taken = {"amount": Decimal(40), "end_state": "captured"} | take
        row = hold.transaction
        columns = [list(column) for column in zip(*legs, strict=True)] or [None] * 4
        return run(
            steps.BOOK_STEP,
            [
                row.shard, transaction_id or row.pk, [row.state], status_of(to), to, "step",
                f"step-{uuid4()}", *columns, [hold.pk], [hold.shard], [taken["amount"]],
                [taken["end_state"]], *[None] * 4, None, None, *[None] * 5,
                *posting.told(ACTOR, "hold.test"), "{}",
            ],
        )  # fmt: skip

    def test_captures_and_gives_the_rest_back(self, hold, payer, payee):
        self.step(hold, [line(payer, -40, "locked"), line(payee, 15), line(payer, 25)])
        assert (balances(payer), balances(payee)[0]) == ((85, 0, 0), 15)
        assert_agree(payer, payee)

    def test_of_a_transaction_that_is_not_there_is_refused(self, hold):
        answer = refused(self.step, hold, transaction_id=10**15)
        assert answer.sqlstate == "LG003"

    def test_of_another_transaction_than_the_holds_is_refused(
        self, hold, payer, payee, open_transaction
    ):
        other = open_transaction(payer, payee, kind="hold", state="authorised")
        legs = [line(payer, -40, "locked"), line(payee, 40)]
        assert refused(self.step, hold, legs, transaction_id=other).sqlstate == "LG010"

    @pytest.mark.parametrize("end_state", ["released", "nonsense", ""])
    def test_to_an_end_there_is_not_is_refused(self, hold, payer, end_state):
        legs = [line(payer, -40, "locked"), line(payer, 40)]
        assert refused(self.step, hold, legs, end_state=end_state).sqlstate == "LG010"

    @pytest.mark.parametrize(
        "legs",
        [
            lambda payer, payee: [line(payer, -39, "locked"), line(payee, 39)],
            lambda payer, payee: [line(payer, -41, "locked"), line(payee, 41)],
            lambda payer, payee: [line(payer, -40), line(payee, 40)],
            lambda payer, payee: [
                line(payer, -40, "locked"), line(payer, 10, "locked"), line(payee, 30)
            ],
            lambda payer, payee: [line(payer, -40, "locked"), line(payee, 40, "held")],
        ],
        ids=["less", "more", "available", "back", "held without a hold"],
    )  # fmt: skip
    def test_whose_legs_do_not_fit_what_is_taken_is_refused(self, hold, payer, payee, legs):
        assert refused(self.step, hold, legs(payer, payee)).sqlstate == "LG010"

    @pytest.mark.parametrize("amount", ["0", "-40", "NaN"])
    def test_that_takes_nothing_or_less_is_refused(self, hold, payer, payee, amount):
        legs = [line(payer, -40, "locked"), line(payee, 40)]
        assert refused(self.step, hold, legs, amount=Decimal(amount)).sqlstate == "LG010"

    def test_to_a_state_that_does_not_follow_is_refused(self, hold, payer):
        legs = [line(payer, -40, "locked"), line(payer, 40)]
        answer = refused(self.step, hold, legs, to="reversed", end_state="voided")
        assert answer.sqlstate == "LG012"

    def test_from_another_state_than_it_is_in_is_refused(self, hold, payer):
        hold.transaction.state = "approved"
        legs = [line(payer, -40, "locked"), line(payer, 40)]
        assert refused(self.step, hold, legs, end_state="voided").sqlstate == "LG012"

    def test_that_takes_more_than_there_is_leaves_the_transaction_pending(self, hold, payer, payee):
        legs = [line(payer, -41, "locked"), line(payee, 41)]
        assert refused(self.step, hold, legs, amount=Decimal(41)).sqlstate in ("LG008", "LG010")
        hold.transaction.refresh_from_db()
        assert hold.transaction.status == "PENDING"
