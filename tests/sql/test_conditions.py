"""What clears a condition of a hold: the fact it waits for, and nothing that anybody says."""

import psycopg
import pytest
from django.db import transaction

from coinhub.core.actor import system
from tests.by_owner import insert_transaction
from tests.conftest import gbp, make_customer, wallet_of
from tests.refusals import refused as unchanged
from tests.sql.calls import refusal_of, refused, run
from tests.wallets.relations import balances
from wallets.ledger import steps
from wallets.ledger.drafts import HoldDraft, leg
from wallets.ledger.errors import HoldConditionOpen
from wallets.ledger.steps import StepDraft, Take
from wallets.models import Hold
from wallets.services import transfers

pytestmark = pytest.mark.usefixtures("committed_db")
CLEAR = "SELECT hold_condition_v1(%s, %s, %s, false, NULL, 'because I say so')"
# What stands against each condition, made in the session that then tries to clear it.
REASONS = {
    "compliance": [
        "INSERT INTO wallets_freeze (customer_id, kind, reason, review_on)"
        " VALUES (%(owner)s, 'credit', 'a court', now())",
        "INSERT INTO wallets_freeze (customer_id, kind, reason, review_on)"
        " VALUES (%(owner)s, 'full', 'a court', now())",
        "INSERT INTO wallets_journal (shard, kind, transaction_id, transition_key, value_date)"
        " SELECT shard, 'kept', id, 'kept:1', now() FROM wallets_transaction WHERE id = %(txn)s",
    ],
    "paused": [
        "INSERT INTO wallets_stop (scope, value, reason, message) VALUES ('all', '', 'x', '')",
        "INSERT INTO wallets_stop (scope, value, reason, message)"
        " VALUES ('operation', 'deposit', 'x', '')",
        "INSERT INTO wallets_stop (scope, value, reason, message)"
        " VALUES ('currency', 'GBP', 'x', '')",
    ],
}
OF_NO_MATTER = {
    "compliance": "INSERT INTO wallets_freeze (customer_id, kind, reason, review_on)"
    " VALUES (%(owner)s, 'debit', 'a court', now())",
    "paused": "INSERT INTO wallets_stop (scope, value, reason, message)"
    " VALUES ('currency', 'USD', 'x', '')",
}


@pytest.fixture
def held(payer):
    """Ten pounds that wait for an identity."""
    carol = wallet_of(make_customer("carol", kyc="pending"))
    sent = transfers.transfer(payer=payer, payee=carol, amount=gbp("10.00"), actor=system())
    return Hold.objects.select_related("wallet", "transaction").get(transaction=sent.transaction)


def open_one(session, hold, code):
    session.execute(
        "SELECT hold_condition_v1(%s, %s, %s, true, NULL, '')", [hold.pk, hold.shard, code]
    )


class TestAnIdentity:
    def test_that_is_not_approved_clears_nothing(self, held):
        answer = refused(run, CLEAR, [held.pk, held.shard, "kyc"])
        assert answer.sqlstate == "LG009"

    def test_that_is_not_there_clears_nothing(self, payer, owner):
        dave = wallet_of(make_customer("dave", kyc="not_started"))
        sent = transfers.transfer(payer=payer, payee=dave, amount=gbp("1.00"), actor=system())
        hold = Hold.objects.get(transaction=sent.transaction)
        assert refusal_of(owner, CLEAR, [hold.pk, hold.shard, "kyc"]) == "LG009"

    def test_is_asked_of_the_owner_too(self, held, owner):
        statement = "UPDATE wallets_holdcondition SET cleared_at = now() WHERE hold_id = %s"
        assert refusal_of(owner, statement, [held.pk]) == "LG009"


class TestAReason:
    @pytest.mark.parametrize(
        ("code", "reason"), [(code, one) for code, reasons in REASONS.items() for one in reasons]
    )
    def test_that_stands_clears_nothing(self, held, owner, code, reason):
        open_one(owner, held, code)
        names = {"owner": held.wallet.owner_id, "txn": held.transaction_id}
        owner.execute(reason, names)
        assert refusal_of(owner, CLEAR, [held.pk, held.shard, code]) == "LG009"

    @pytest.mark.parametrize("code", REASONS)
    def test_that_is_gone_or_another_stands_in_no_way(self, held, owner, code):
        open_one(owner, held, code)
        owner.execute(OF_NO_MATTER[code], {"owner": held.wallet.owner_id})
        (still_open,) = owner.execute(CLEAR, [held.pk, held.shard, code]).fetchone()
        assert still_open == 1  # the identity

    def test_is_a_reversal_that_waits_for_its_decision(self, held, owner):
        open_one(owner, held, "reversal")
        wallet = held.wallet
        waiting = insert_transaction(
            owner, wallet, wallet, kind="reversal", state="pending_approval",
            original=held.transaction_id,
        )  # fmt: skip
        clear = [CLEAR, [held.pk, held.shard, "reversal"]]
        assert refusal_of(owner, *clear) == "LG009"
        owner.execute(
            "UPDATE wallets_transaction SET status = 'FAILED', state = 'rejected' WHERE id = %s",
            [waiting],
        )
        assert owner.execute(*clear).fetchone() == (1,)


class TestACondition:
    def test_is_of_a_known_kind(self, held, owner):
        with pytest.raises(psycopg.errors.CheckViolation) as caught:
            open_one(owner, held, "anything")
        assert caught.value.diag.constraint_name == "hold_condition_known"

    def test_stays_of_its_hold_and_kind_and_does_not_go(self, held, owner):
        for change in ("code = 'paused'", "hold_id = hold_id + 1", "shard = shard + 1", "id = 0"):
            statement = f"UPDATE wallets_holdcondition SET {change} WHERE hold_id = %s"  # noqa: S608
            assert refusal_of(owner, statement, [held.pk]) in {"LG011", "428C9"}
        statement = "DELETE FROM wallets_holdcondition WHERE hold_id = %s"
        assert refusal_of(owner, statement, [held.pk]) == "LG011"
        assert refusal_of(owner, "TRUNCATE wallets_holdcondition") == "LG011"
        cleared = (
            "INSERT INTO wallets_holdcondition (shard, hold_id, code, cleared_at)"
            " VALUES (%s, %s, 'paused', now())"
        )
        assert refusal_of(owner, cleared, [held.shard, held.pk]) == "LG011"


class TestHeldMoney:
    """What waits is not taken in another name either: by a step that is no release."""

    def step(self, hold, legs, *, to="completed", end_state="captured", place=None):
        draft = StepDraft(
            hold.transaction,
            (hold.transaction.state,),
            to,
            f"taken:{hold.pk}",
            legs=tuple(legs),
            takes=(Take(hold, hold.remaining, end_state),),
            place=place,
        )
        with transaction.atomic():
            return steps.step(draft, actor=system(), event="test")

    def test_is_not_taken_for_the_one_who_waits(self, held):
        legs = [leg(held.wallet, -held.remaining, "held"), leg(held.wallet, held.remaining)]
        with unchanged(HoldConditionOpen):
            self.step(held, legs)

    def test_is_not_taken_for_anybody_else(self, held, payee):
        legs = [leg(held.wallet, -held.remaining, "held"), leg(payee, held.remaining)]
        with unchanged(HoldConditionOpen):
            self.step(held, legs)

    def test_goes_back_to_who_sent_it(self, held, payer):
        legs = [leg(held.wallet, -held.remaining, "held"), leg(payer, held.remaining)]
        self.step(held, legs, to="recalled")
        assert (balances(payer)[0], balances(held.wallet)) == (100, (0, 0, 0))

    def test_is_not_set_aside_first_and_then_given_out(self, committed_db):
        carol = wallet_of(make_customer("carol", kyc="pending"), funded="10.00")
        waiting = Hold.objects.select_related("wallet", "transaction").get(wallet=carol)
        legs = [leg(carol, -waiting.remaining, "held"), leg(carol, waiting.remaining, "locked")]
        self.step(waiting, legs, to="return_pending", place=HoldDraft(purpose="anything"))
        locked = Hold.objects.select_related("wallet", "transaction").get(
            wallet=carol, state="open"
        )
        legs = [leg(carol, -locked.remaining, "locked"), leg(carol, locked.remaining)]
        with unchanged(HoldConditionOpen):
            self.step(locked, legs, to="held", end_state="voided")
        assert balances(carol) == (0, 0, 10)
