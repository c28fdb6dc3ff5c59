"""What the application's role tries in vain (S-28).

Refused means an error, or rows, rights and rules as before: GRANT and REVOKE only warn.
"""

import re

import psycopg
import pytest

from coinhub.core import rights
from tests.refusals import WATCHED
from tests.sessions import as_application, as_owner, as_superuser
from tests.sql.forbidden import BLOCKS, statements
from tests.sql.staged import STAGED, stage
from tests.sql.standing import standing

NO_MORE_THAN_A_WARNING = re.compile(r"GRANT|REVOKE|DO .*EXCEPTION WHEN OTHERS")
# Syntax error, unknown table, function or column, no transaction, not there: no refusal.
MISTAKES = {"?", "42601", "42P01", "42883", "42703", "42704", "25P01", "25001", "58P01", "428C9"}
APPEND_ONLY = ("wallets_journal", "wallets_posting", "events_auditevent")
NEVER_DELETED = (
    *APPEND_ONLY,
    "wallets_wallet",
    "wallets_hold",
    "wallets_holdcondition",
    "wallets_transaction",
    "wallets_idempotencykey",
)


@pytest.fixture(scope="module")
def rows(django_db_setup, django_db_blocker):
    """Make sure that no watched table is empty: an UPDATE of no row would prove nothing."""
    with django_db_blocker.unblock():
        stage()


@pytest.fixture
def everything(rows, committed_db):
    """Assert after the test that the database stands as before."""
    before = standing()
    empty = [table for table in (*WATCHED, *STAGED) if not before[table][0]]
    assert empty == [], "an empty table proves nothing"
    yield
    assert standing() == before


@pytest.fixture
def names():
    with as_owner() as owner, as_superuser() as admin:
        return {
            "owner": owner.info.user,
            "admin": admin.info.user,
            "app": rights.application_role(),
            "database": owner.info.dbname,
        }


class TestTheApplication:
    def test_has_at_least_300_ways_to_try(self):
        assert len({statement for block in BLOCKS for statement in statements(block)}) >= 300

    @pytest.mark.parametrize("block", BLOCKS)
    def test_gets_nowhere(self, everything, names, block):
        carried_out, mistaken = [], []
        before = standing()
        for statement in statements(block):
            for name, value in names.items():
                statement = statement.replace("{" + name + "}", value)
            code = _sqlstate_of(statement)
            if code is None:
                unchanged = NO_MORE_THAN_A_WARNING.match(statement) and standing() == before
                carried_out += [] if unchanged else [statement]
            elif code in MISTAKES:
                mistaken.append((code, statement))
        assert carried_out == []
        assert mistaken == [], "refused for another reason than meant, so they prove nothing"

    def test_cannot_update_a_column_that_is_not_listed(self, everything):
        granted = {
            (table, column) for table in WATCHED for column in _listed_columns(rights.TABLES[table])
        }
        tried = 0
        with as_application(autocommit=True) as session:
            for table, column in _columns(session):
                if (table, column) in granted:
                    continue
                tried += 1
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    session.execute(f'UPDATE {table} SET "{column}" = DEFAULT')  # noqa: S608
        assert tried >= 90

    @pytest.mark.parametrize("table", WATCHED)
    def test_cannot_switch_triggers_off_nor_empty_nor_copy_into_nor_lock(self, everything, table):
        attempts = [
            f"TRUNCATE {table} CASCADE",
            f"DELETE FROM {table}",  # noqa: S608
            f"ALTER TABLE {table} DISABLE TRIGGER ALL",
            f"DROP TABLE {table} CASCADE",
            f"BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE",
            f"CREATE TRIGGER x BEFORE INSERT ON {table} EXECUTE FUNCTION ledger_refuse_change()",
        ]
        if "INSERT" not in rights.TABLES[table]:
            attempts += [
                f"COPY {table} FROM STDIN",
                f"INSERT INTO {table} (shard) SELECT 1 FROM {table}",  # noqa: S608
                f"INSERT INTO {table} DEFAULT VALUES",
            ]
        with as_application(autocommit=True) as session:
            for attempt in attempts:
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    session.execute(attempt)
                session.execute("ROLLBACK")


class TestATransaction:
    def test_keeps_its_other_columns_from_the_owner_too(self, rows, committed_db):
        with as_owner() as owner:
            columns = [c for t, c in _columns(owner) if t == "wallets_transaction"]
            for column in sorted(set(columns) - {"status", "state", "completed_at"}):
                value = {"metadata": "'{\"x\": 1}'", "public_id": "gen_random_uuid()"}.get(
                    column, "'x'" if column in ("type", "reference", "note") else "'77'"
                )
                if column == "created_at":
                    value = "now()"
                if column == "id":
                    continue  # GENERATED; its foreign keys hold it as well
                with pytest.raises(psycopg.Error) as caught:
                    owner.execute(f'UPDATE wallets_transaction SET "{column}" = {value}')  # noqa: S608
                assert caught.value.sqlstate == "LG012", column
                owner.rollback()


class TestTheOwner:
    @pytest.mark.parametrize("table", APPEND_ONLY)
    def test_cannot_change_an_append_only_row(self, everything, table):
        with as_owner() as owner:
            _assert_appended_only(owner, f"UPDATE {table} SET shard = shard")  # noqa: S608

    @pytest.mark.parametrize("table", NEVER_DELETED)
    @pytest.mark.parametrize("verb", ["DELETE FROM", "TRUNCATE"])
    def test_cannot_delete_or_empty(self, everything, table, verb):
        with as_owner() as owner:
            _assert_appended_only(owner, f"{verb} {table}{' CASCADE' * (verb == 'TRUNCATE')}")

    def test_cannot_change_the_decimals_of_a_currency(self, everything):
        for change in ("decimals = 3", "kind = 'points'", "code = 'ABC'"):
            with as_owner() as owner:
                _assert_appended_only(owner, f"UPDATE wallets_currency SET {change}")  # noqa: S608


class TestASuperuserWhoPlaysReplica:
    """session_replication_role switches ordinary triggers off; these are ENABLE ALWAYS."""

    @pytest.mark.parametrize("table", NEVER_DELETED)
    @pytest.mark.parametrize("verb", ["DELETE FROM", "TRUNCATE"])
    def test_cannot_delete_or_empty(self, everything, table, verb):
        with as_superuser() as admin:
            admin.execute("SET session_replication_role = replica")
            _assert_appended_only(admin, f"{verb} {table}{' CASCADE' * (verb == 'TRUNCATE')}")

    @pytest.mark.parametrize("table", APPEND_ONLY)
    def test_cannot_change_an_append_only_row(self, everything, table):
        with as_superuser() as admin:
            admin.execute("SET session_replication_role = replica")
            _assert_appended_only(admin, f"UPDATE {table} SET shard = shard")  # noqa: S608

    def test_cannot_insert_an_unbalanced_posting(self, everything):
        with as_superuser() as admin:
            admin.execute("SET session_replication_role = replica")
            with pytest.raises(psycopg.Error) as caught:
                admin.execute(
                    "INSERT INTO wallets_posting (shard, journal_id, wallet_id, balance_type,"
                    " amount, xact_id) SELECT shard, journal_id, wallet_id, 'available', 1,"
                    " pg_current_xact_id() FROM wallets_posting LIMIT 1"
                )
            assert caught.value.sqlstate == "LG001"

    def test_cannot_make_a_completed_transaction_pending(self, everything):
        with as_superuser() as admin:
            admin.execute("SET session_replication_role = replica")
            with pytest.raises(psycopg.Error) as caught:
                admin.execute(
                    "UPDATE wallets_transaction SET status = 'PENDING' WHERE status = 'COMPLETED'"
                )
            assert caught.value.sqlstate == "LG012"


def _assert_appended_only(session, statement):
    with pytest.raises(psycopg.Error) as caught:
        session.execute(statement)
    assert caught.value.sqlstate == "LG011", caught.value
    session.rollback()


def _sqlstate_of(statement):
    with as_application(autocommit=True) as session:
        try:
            session.execute(statement)  # the simple protocol: several statements in one
        except psycopg.Error as refusal:
            return refusal.sqlstate or "?"
    return None


def _columns(session):
    return session.execute(
        "SELECT c.relname, a.attname FROM pg_attribute AS a"
        " JOIN pg_class AS c ON c.oid = a.attrelid"
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY (%s)"
        " AND a.attnum > 0 AND NOT a.attisdropped",
        [list(WATCHED)],
    ).fetchall()


def _listed_columns(granted):
    found = re.search(r"UPDATE \(([^)]*)\)", granted)
    return {name.strip() for name in found[1].split(",")} if found else set()
