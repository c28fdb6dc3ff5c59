"""The state machines of transactions: every pair of states, tried by the owner.

The application has no right to try: its steps are made by functions, and the trigger is asked by
them as well.
"""

import re

import psycopg
import pytest
from django.conf import settings

from tests.by_owner import insert_transaction
from tests.conftest import make_customer, wallet_of
from tests.sessions import as_application, as_owner
from wallets.models.transaction import STATES, Transaction, status_of

ALL = [state for states in STATES.values() for state in states]
# Written down a second time, from the page for people: to allow a move takes two changes.
ROW = re.compile(r"^\| `(\w+)` \| `(\w+)` \| ([^|]+) \|", re.MULTILINE)
GIVES_BACK = {"refund", "reversal"}


def listed():
    """Read docs/states.md: type, from, and the states to which it may go."""
    page = (settings.BASE_DIR / "docs" / "states.md").read_text(encoding="utf-8")
    return {
        (kind, old, new)
        for kind, old, targets in ROW.findall(page)
        for new in re.findall(r"`(\w+)`", targets)
    }


@pytest.mark.parametrize("kind", [kind.value for kind in Transaction.Type])
def test_a_transaction_goes_along_the_listed_moves_of_its_type_only(committed_db, kind):
    wallet = wallet_of(make_customer())
    passed, refused = set(), set()
    with as_owner() as session:
        original = original_of(session, wallet, kind)
        for old in ALL:
            transaction_id = insert_transaction(
                session, wallet, wallet, kind=kind, state=old, original=original
            )
            for new in ALL:
                try:
                    with session.transaction():
                        session.execute(
                            "UPDATE wallets_transaction SET status = %s, state = %s WHERE id = %s",
                            [status_of(new), new, transaction_id],
                        )
                        raise psycopg.Rollback
                except psycopg.DatabaseError as error:
                    refused.add((old, new, error.sqlstate))
                else:
                    passed.add((kind, old, new))
        session.rollback()
    assert passed == {move for move in listed() if move[0] == kind}
    assert {sqlstate for _, _, sqlstate in refused} == {"LG012"}
    assert len(passed) + len(refused) == len(ALL) ** 2


@pytest.mark.parametrize("state", ALL)
def test_a_state_has_one_status_and_no_other(committed_db, state):
    wallet = wallet_of(make_customer())
    taken, broken = [], set()
    with as_owner() as session:
        for status in STATES:
            try:
                with session.transaction():
                    insert_transaction(session, wallet, wallet, status=status, state=state)
                    taken.append(status)
                    raise psycopg.Rollback
            except psycopg.errors.CheckViolation as error:
                broken.add(error.diag.constraint_name)
        session.rollback()
    assert taken == [status_of(state)]
    assert broken == {"transaction_state_fits_status"}


@pytest.mark.parametrize("kind", [kind.value for kind in Transaction.Type])
def test_the_application_makes_no_move_by_itself(committed_db, kind):
    """Not one of the listed either: a step of the ledger does, with what it books and tells."""
    wallet = wallet_of(make_customer())
    moves = sorted(move for move in listed() if move[0] == kind)
    with as_owner(autocommit=True) as owner, as_application(autocommit=True) as session:
        made = {old: insert_transaction(owner, wallet, wallet, kind=kind, state=old,
                                        original=original_of(owner, wallet, kind))
                for _, old, _ in moves}  # fmt: skip
        for _, old, new in moves:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                session.execute(
                    "UPDATE wallets_transaction SET status = %s, state = %s WHERE id = %s",
                    [status_of(new), new, made[old]],
                )
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            insert_transaction(session, wallet, wallet, kind=kind, state="completed")


def original_of(owner, wallet, kind):
    """Give the payment that a refund or a reversal belongs to."""
    if kind not in GIVES_BACK:
        return None
    return insert_transaction(owner, wallet, wallet, state="completed")
