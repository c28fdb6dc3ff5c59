"""What rows keep once they have it: also from the owner, whose rights would allow the change."""

from decimal import Decimal
from uuid import uuid4

import psycopg
import pytest
from django.db import transaction

from coinhub.core.actor import Actor
from tests.by_owner import insert_transaction
from tests.conftest import make_customer, wallet_of
from tests.sessions import as_owner
from tests.sql.calls import refusal_of
from wallets.ledger import idempotency
from wallets.ledger.request import Answer, MoneyRequest
from wallets.models import IdempotencyKey
from wallets.rails.base import Arrival, Finality
from wallets.rails.configured import rail_named
from wallets.selectors import house
from wallets.services import receipts

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def key():
    """A committed key with the answer of a refusal."""
    asked = MoneyRequest(caller=uuid4(), key=f"key-{uuid4()}", fingerprint=bytes(32))
    with transaction.atomic():
        assert idempotency.keep(asked, Answer(422, '{"code": "REFUSED"}'))
    return IdempotencyKey.objects.get(key=asked.key)


class TestAnAnswer:
    @pytest.mark.parametrize(
        "change",
        [
            "response_status = 201",
            "response_body = '{}'",
            "response_status = NULL, response_body = NULL",
            "created_at = created_at - interval '25 hours'",
            "fingerprint = sha256('x')",
            "key = key || 'x'",
            "caller = gen_random_uuid()",
            "transaction_id = (SELECT max(id) FROM wallets_transaction)",
            "shard = shard + 1",
            "xact_id = pg_current_xact_id()",
        ],
    )
    def test_stays_as_it_was_given(self, key, change):
        with as_owner() as owner:
            statement = f"UPDATE wallets_idempotencykey SET {change} WHERE id = %s"  # noqa: S608
            assert refusal_of(owner, statement, [key.pk]) == "LG011"

    def test_is_not_given_a_second_time(self, key):
        asked = MoneyRequest(caller=key.caller, key=key.key, fingerprint=bytes(32))
        with transaction.atomic():
            assert not idempotency.keep(asked, Answer(201, "{}"))
        key.refresh_from_db()
        assert (key.response_status, key.response_body) == (422, '{"code": "REFUSED"}')

    def test_is_emptied_without_reading_what_was_emptied_before(self):
        with as_owner() as owner:
            owner.execute(
                "INSERT INTO wallets_idempotencykey (shard, caller, key, fingerprint, created_at)"
                " SELECT 0, gen_random_uuid(), 'emptied ' || n, sha256('x'),"
                " now() - interval '2 days' FROM generate_series(1, 30000) AS n"
            )
            owner.execute("ANALYZE wallets_idempotencykey")
            explain = "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT empty_answers_v1(10)"
            plan = owner.execute(explain).fetchone()[0][0]["Plan"]
            assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] < 500
            owner.rollback()


TOO_SMALL = Decimal("0.000004")


def insert_receipt(session, **columns):
    """Insert an arrival and give its id."""
    values = {
        "rail": "sandbox", "external_ref": f"raw-{uuid4()}", "account": "", "amount": 5,
        "currency_id": "GBP", "state": "detected", **columns,
    }  # fmt: skip
    names = ", ".join(values)
    places = ", ".join(["%s"] * len(values))
    statement = f"INSERT INTO wallets_receipt ({names}) VALUES ({places}) RETURNING id"  # noqa: S608
    return session.execute(statement, list(values.values())).fetchone()[0]


def arrived(customer, finality=Finality.FINAL, amount=Decimal(5), currency="GBP"):
    """Let the sandbox tell of money for a customer."""
    arrival = Arrival(f"kept-{uuid4()}", str(customer.pk), amount, currency, finality)
    rail = rail_named("sandbox")
    return receipts.take_arrival(rail=rail, arrival=arrival, actor=Actor(kind="rail"))


class TestAnArrival:
    def test_begins_as_detected(self, owner):
        booked = arrived(make_customer()).transaction_id
        settled = {"transaction_id": booked, "settled_at": "now"}
        for columns in ({"state": "credited", **settled}, {"state": "dropped"}, settled):
            with pytest.raises(psycopg.Error) as caught, owner.transaction():
                insert_receipt(owner, **columns)
            assert caught.value.sqlstate == "LG011", columns

    @pytest.mark.parametrize(
        "change",
        [
            "amount = 6",
            "currency_id = 'USD'",
            "rail = 'other'",
            "external_ref = external_ref || 'x'",
            "account = 'x'",
            "customer_id = NULL",
            "created_at = now()",
            "confirmations = confirmations - 1",
            "state = 'detected', transaction_id = NULL, settled_at = NULL",
            "state = 'dropped', transaction_id = NULL",
            "state = 'unmatched'",
            "state = 'returned'",
            "settled_at = now()",
            "transaction_id = (SELECT max(id) FROM wallets_transaction WHERE type <> 'deposit')",
        ],
    )
    def test_that_is_booked_stays_so(self, owner, change):
        receipt = arrived(make_customer())
        assert receipt.state == "credited"
        owner.execute(
            "UPDATE wallets_receipt SET confirmations = confirmations + 1 WHERE id = %s",
            [receipt.pk],
        )
        statement = f"UPDATE wallets_receipt SET {change} WHERE id = %s"  # noqa: S608
        assert refusal_of(owner, statement, [receipt.pk]) == "LG011"

    @pytest.mark.parametrize("state", ["credited", "unmatched", "below_minimum"])
    def test_is_booked_by_its_own_deposit_only(self, owner, state):
        alice = make_customer()
        another = arrived(alice).transaction_id
        waiting = arrived(alice, Finality.SEEN)
        assert waiting.state == "detected"
        statement = (
            "UPDATE wallets_receipt SET state = %s, transaction_id = %s, settled_at = now(),"
            " customer_id = %s WHERE id = %s"
        )
        assert refusal_of(owner, statement, [state, another, alice.pk, waiting.pk]) == "LG011"
        nobody = [state, 10**15, alice.pk, waiting.pk]
        assert refusal_of(owner, statement, nobody) == "LG011"

    def test_is_not_credited_to_somebody_else(self, owner):
        alice, mallory = make_customer(), make_customer()
        waiting = arrived(alice, Finality.SEEN)
        payee = wallet_of(mallory)
        told = insert_transaction(
            owner, house.get_house_wallet("A.SET", "GBP"), payee, kind="deposit",
            state="completed", amount=5, metadata={"receipt": waiting.pk},
        )  # fmt: skip
        statement = (
            "UPDATE wallets_receipt SET state = 'credited', transaction_id = %s,"
            " settled_at = now(), customer_id = %s WHERE id = %s"
        )
        assert refusal_of(owner, statement, [told, alice.pk, waiting.pk]) == "LG011"
        owner.execute(statement, [told, mallory.pk, waiting.pk])  # the deposit's own payee

    def test_that_was_too_small_is_credited_out_of_suspense_by_its_whole_sum_only(self, owner):
        alice, mallory = make_customer(), make_customer()
        small = [arrived(alice, amount=TOO_SMALL, currency="BTC") for _ in range(2)]
        ids = [receipt.pk for receipt in small]
        suspense = house.get_house_wallet("S.SUSPENSE", "BTC")
        statement = (
            "UPDATE wallets_receipt SET state = 'credited', transaction_id = %s WHERE id = %s"
        )

        def told(payer, payee, amount, names):
            return insert_transaction(
                owner, payer, wallet_of(payee, "BTC"), kind="deposit", state="completed",
                amount=amount, metadata={"receipts": names},
            )  # fmt: skip

        both = 2 * TOO_SMALL
        for made in (
            small[0].transaction_id,
            told(house.get_house_wallet("A.SET", "BTC"), alice, both, ids),
            told(suspense, mallory, both, ids),
            told(suspense, alice, 3 * TOO_SMALL, ids),
            told(suspense, alice, both, ids[1:]),
        ):
            assert refusal_of(owner, statement, [made, ids[0]]) == "LG011"
        owner.execute(statement, [told(suspense, alice, both, ids), ids[0]])


class TestAStopAndAFreeze:
    STOP = (
        "INSERT INTO wallets_stop (scope, value, reason, message, lifted_at)"
        " VALUES ('operation', 'refund', 'for a test', '', %s) RETURNING id"
    )
    FREEZE = (
        "INSERT INTO wallets_freeze (customer_id, kind, reason, review_on, lifted_at)"
        " VALUES (%s, 'debit', 'for a test', now(), %s) RETURNING id"
    )

    @pytest.fixture(params=["stop", "freeze"])
    def made(self, owner, request):
        """A stop or a freeze: its table and its id."""
        if request.param == "stop":
            return "wallets_stop", owner.execute(self.STOP, [None]).fetchone()[0]
        customer = make_customer()
        return "wallets_freeze", owner.execute(self.FREEZE, [customer.pk, None]).fetchone()[0]

    def test_is_lifted_once_and_never_again(self, owner, made):
        table, row = made
        owner.execute(f"UPDATE {table} SET lifted_at = now() WHERE id = %s", [row])  # noqa: S608
        for change in (
            "lifted_at = NULL",
            "lifted_at = now() + interval '1 day'",
            "lifted_by = gen_random_uuid()",
        ):
            statement = f"UPDATE {table} SET {change} WHERE id = %s"  # noqa: S608
            assert refusal_of(owner, statement, [row]) == "LG011"

    def test_changes_in_nothing_else(self, owner, made):
        table, row = made
        columns = {
            "wallets_stop": ["scope = 'all', value = ''", "value = 'deposit'", "message = 'x'",
                             "engaged_at = now()", "engaged_by = gen_random_uuid()"],
            "wallets_freeze": ["kind = 'credit'", "review_on = review_on + 1",
                               "frozen_at = now()", "frozen_by = gen_random_uuid()"],
        }  # fmt: skip
        for change in [*columns[table], "reason = 'another'", "lifted_by = gen_random_uuid()"]:
            statement = f"UPDATE {table} SET {change} WHERE id = %s"  # noqa: S608
            assert refusal_of(owner, statement, [row]) == "LG011"
            lifting = f"UPDATE {table} SET lifted_at = now(), {change} WHERE id = %s"  # noqa: S608
            if "lifted_by" not in change:
                assert refusal_of(owner, lifting, [row]) == "LG011"

    def test_holds_from_when_it_is_made(self, owner):
        assert refusal_of(owner, self.STOP, ["now"]) == "LG011"
        assert refusal_of(owner, self.FREEZE, [make_customer().pk, "now"]) == "LG011"
