"""The state machines of transactions: every pair of states, tried by the application's role."""

import re

import psycopg
import pytest
from django.conf import settings

from tests.conftest import make_customer, wallet_of
from tests.sessions import as_application
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


def insert(session, wallet, kind, state, original=None):
    """Insert a transaction of a type in a state, as the application may."""
    row = session.execute(
        "INSERT INTO wallets_transaction (public_id, shard, type, status, state, amount, fee,"
        " currency_id, payer_wallet_id, payee_wallet_id, reference, note, original_id)"
        " VALUES (gen_random_uuid(), %s, %s, %s, %s, 1, 0, %s, %s, %s, '', '', %s) RETURNING id",
        [wallet.shard, kind, status_of(state), state, wallet.currency_id, wallet.pk, wallet.pk,
         original],
    ).fetchone()  # fmt: skip
    return row[0]


@pytest.mark.parametrize("kind", [kind.value for kind in Transaction.Type])
def test_a_transaction_goes_along_the_listed_moves_of_its_type_only(committed_db, kind):
    wallet = wallet_of(make_customer())
    passed, refused = set(), set()
    with as_application() as session:
        original = insert(session, wallet, "transfer", "completed") if kind in GIVES_BACK else None
        for old in ALL:
            transaction_id = insert(session, wallet, kind, old, original)
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
    with as_application() as session:
        for status in STATES:
            try:
                with session.transaction():
                    session.execute(
                        "INSERT INTO wallets_transaction (public_id, shard, type, status, state,"
                        " amount, fee, currency_id, payer_wallet_id, payee_wallet_id, reference,"
                        " note) VALUES (gen_random_uuid(), %s, 'transfer', %s, %s, 1, 0, %s, %s,"
                        " %s, '', '')",
                        [wallet.shard, status, state, wallet.currency_id, wallet.pk, wallet.pk],
                    )
                    taken.append(status)
                    raise psycopg.Rollback
            except psycopg.errors.CheckViolation as error:
                broken.add(error.diag.constraint_name)
        session.rollback()
    assert taken == [status_of(state)]
    assert broken == {"transaction_state_fits_status"}
