"""What a withdrawal and its attempts keep, from the owner too: so that nothing is paid twice."""

import pytest

from tests.by_owner import insert_transaction
from tests.conftest import wallet_of
from tests.sql.calls import refusal_of
from tests.wallets.leaving import leaver, place, withdraw

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture(scope="module")
def txn(django_db_setup, django_db_blocker):
    """A committed withdrawal of a customer who has never withdrawn before."""
    with django_db_blocker.unblock():
        yield withdraw(leaver(is_known=False), "20.00")


class TestAWithdrawal:
    @pytest.mark.parametrize(
        "change",
        [
            "destination_id = destination_id + 1",
            "transaction_id = transaction_id + 1",
            "rail = 'other'",
            "fee_mode = 'inside'",
            "created_at = now()",
        ],
    )
    def test_stays_where_it_goes(self, owner, txn, change):
        statement = f"UPDATE wallets_withdrawal SET {change} WHERE transaction_id = %s"  # noqa: S608
        assert refusal_of(owner, statement, [txn.pk]) == "LG011"

    @pytest.mark.parametrize("column", ["cost", "reported_at"])
    def test_notes_once_what_must_not_happen_twice(self, owner, txn, column):
        value = {"cost": ["1", "2", "NULL"], "reported_at": ["now()", "now() + '1 s'", "NULL"]}
        first, *others = value[column]
        where = f"WHERE transaction_id = {txn.pk}"
        owner.execute(f"UPDATE wallets_withdrawal SET {column} = {first} {where}")  # noqa: S608
        for other in others:
            statement = f"UPDATE wallets_withdrawal SET {column} = {other} {where}"  # noqa: S608
            assert refusal_of(owner, statement) == "LG011"

    @pytest.mark.parametrize("whose", ["another customer's place", "no withdrawal", "ended"])
    def test_begins_with_a_place_of_its_payer_only(self, owner, txn, whose):
        payer, mallory = wallet_of(leaver()), leaver()
        kind = "transfer" if whose == "no withdrawal" else "withdrawal"
        state = "completed" if whose == "ended" else "approved"
        if kind == "transfer":
            state = "pending_review"
        made = insert_transaction(owner, payer, payer, kind=kind, state=state)
        to = place(mallory if whose == "another customer's place" else payer.owner)
        statement = (
            "INSERT INTO wallets_withdrawal (transaction_id, destination_id, rail, fee_mode)"
            " VALUES (%s, %s, 'sandbox', 'on_top')"
        )
        assert refusal_of(owner, statement, [made, to.pk]) == "LG011"
        good = insert_transaction(owner, payer, payer, kind="withdrawal", state="approved")
        owner.execute(statement, [good, place(payer.owner).pk])


class TestAnAttempt:
    INSERT = (
        "INSERT INTO wallets_withdrawalattempt (withdrawal_id, number, reference, outcome)"
        " VALUES (%s, %s, %s, %s) RETURNING id"
    )

    @pytest.fixture
    def claimed(self, owner):
        """A withdrawal that the worker has claimed, and its payment's public id."""
        payer = wallet_of(leaver())
        made = insert_transaction(owner, payer, payer, kind="withdrawal", state="approved")
        (row,) = owner.execute(
            "INSERT INTO wallets_withdrawal (transaction_id, destination_id, rail, fee_mode)"
            " VALUES (%s, %s, 'sandbox', 'on_top') RETURNING id",
            [made, place(payer.owner).pk],
        ).fetchone()
        (name,) = owner.execute(
            "UPDATE wallets_transaction SET state = 'processing' WHERE id = %s RETURNING public_id",
            [made],
        ).fetchone()
        return row, name

    def test_has_the_next_number_and_its_own_reference(self, owner, claimed):
        row, name = claimed
        for number, reference in ((0, f"{name}/0"), (2, f"{name}/2"), (1, f"{name}/2"), (1, "x")):
            assert refusal_of(owner, self.INSERT, [row, number, reference, ""]) in (
                "LG011",
                "23514",
            )
        assert refusal_of(owner, self.INSERT, [row, 1, f"{name}/1", "refused"]) == "LG011"
        owner.execute(self.INSERT, [row, 1, f"{name}/1", ""])

    @pytest.mark.parametrize("outcome", ["", "unclear", "sent"])
    def test_is_followed_by_another_only_when_it_was_refused(self, owner, claimed, outcome):
        """A second reference while the first may be paid is how money leaves twice."""
        row, name = claimed
        (made,) = owner.execute(self.INSERT, [row, 1, f"{name}/1", ""]).fetchone()
        note = "UPDATE wallets_withdrawalattempt SET outcome = %s WHERE id = %s"
        owner.execute(note, [outcome, made])
        assert refusal_of(owner, self.INSERT, [row, 2, f"{name}/2", ""]) == "LG011"

    @pytest.mark.parametrize("outcome", ["sent", "refused"])
    def test_that_has_an_outcome_keeps_it(self, owner, claimed, outcome):
        row, name = claimed
        (made,) = owner.execute(self.INSERT, [row, 1, f"{name}/1", ""]).fetchone()
        note = "UPDATE wallets_withdrawalattempt SET outcome = %s WHERE id = %s"
        owner.execute(note, [outcome, made])
        for other in {"", "unclear", "sent", "refused"} - {outcome}:
            assert refusal_of(owner, note, [other, made]) == "LG011"
        for change in ("number = 9", "reference = 'x'", "made_at = now()", "withdrawal_id = 0"):
            statement = f"UPDATE wallets_withdrawalattempt SET {change} WHERE id = %s"  # noqa: S608
            assert refusal_of(owner, statement, [made]) == "LG011"

    def test_of_a_withdrawal_that_is_not_claimed_is_refused(self, owner):
        payer = wallet_of(leaver())
        made = insert_transaction(owner, payer, payer, kind="withdrawal", state="approved")
        (row, name) = owner.execute(
            "INSERT INTO wallets_withdrawal (transaction_id, destination_id, rail, fee_mode)"
            " VALUES (%s, %s, 'sandbox', 'on_top') RETURNING id,"
            " (SELECT public_id FROM wallets_transaction WHERE id = transaction_id)",
            [made, place(payer.owner).pk],
        ).fetchone()
        assert refusal_of(owner, self.INSERT, [row, 1, f"{name}/1", ""]) == "LG011"
