"""What the database's catalogue says of rights, shards, constraints and functions."""

import hashlib
import re
from collections import defaultdict
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from coinhub.core import rights
from tests.sessions import as_owner

ROOT = Path(settings.BASE_DIR)
# Tables of these apps are the ledger's, but for what lies beside it and is not spread over shards.
LEDGER = re.compile(r"(wallets|events)_")
REFERENCE = {
    "wallets_currency",
    "wallets_destination",
    "wallets_fee",
    "wallets_freeze",
    "wallets_limit",
    "wallets_price",
    "wallets_receipt",
    "wallets_withdrawal",
    "wallets_withdrawalattempt",
    "wallets_stop",
}
MADE = r"^CREATE (?:OR REPLACE )?(?:FUNCTION|VIEW) (\w+)"
TABLE_RIGHTS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
OBJECT_FOLDERS = ("functions", "triggers", "views", "forwards")  # the last that makes a thing wins


@pytest.fixture(autouse=True)
def _database(committed_db):
    """Read the catalogue of the migrated database."""


def ask(statement, parameters=()):
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()


def tables():
    return {
        row[0]
        for row in ask(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND relkind IN ('r', 'p', 'v', 'm', 'f')"
        )
    }


def ledger_tables():
    views = {row[0] for row in ask("SELECT viewname FROM pg_views WHERE schemaname = 'public'")}
    return {name for name in tables() - views - REFERENCE if LEDGER.match(name)}


def parse(granted):
    """Read a line of rights.py: whole-table rights, and rights on columns."""
    whole, columns = set(), set()
    for right, names in re.findall(r"([A-Z]+)(?: \(([^)]*)\))?", granted):
        if names:
            columns |= {(right, name.strip()) for name in names.split(",")}
        else:
            whole.add(right)
    return whole, columns


# What the design grants on the ledger, written down twice: to widen a right takes two changes.
ON_THE_LEDGER = {
    "wallets_allowance": "SELECT, INSERT, UPDATE (failures, paused_until)",
    "wallets_wallet": "SELECT",
    "wallets_journal": "SELECT",
    "wallets_posting": "SELECT",
    "wallets_fold": "SELECT",
    "wallets_hold": "SELECT",
    "wallets_holdcondition": "SELECT",
    "wallets_transaction": "SELECT",
    "wallets_idempotencykey": "SELECT",
    "events_auditevent": "SELECT, INSERT",
    "events_outboxevent": "SELECT, INSERT, UPDATE (relayed_at, attempts)",
}


class TestRights:
    def test_on_the_ledger_are_those_of_the_design(self):
        assert {table: rights.TABLES[table] for table in ledger_tables()} == ON_THE_LEDGER

    def test_every_table_and_view_has_a_line_in_rights(self):
        assert tables() - set(rights.TABLES) == set()

    def test_every_line_in_rights_is_a_table_view_or_function(self):
        functions = {row[0] for row in ask("SELECT proname FROM pg_proc")}
        assert set(rights.TABLES) - tables() == set()
        assert rights.FUNCTIONS - functions == set()

    def test_on_tables_are_those_listed_and_nobody_elses(self):
        found = defaultdict(lambda: (set(), set()))
        for table, right, grantee, grantable in ask(
            "SELECT c.relname, a.privilege_type, a.grantee::regrole::text, a.is_grantable"
            " FROM pg_class AS c, aclexplode(c.relacl) AS a"
            " WHERE c.relnamespace = 'public'::regnamespace AND a.grantee <> c.relowner"
        ):
            assert (grantee, grantable) == (rights.application_role(), False), (table, right)
            found[table][0].add(right)
        for table, column, right, grantee in ask(
            "SELECT c.relname, t.attname, a.privilege_type, a.grantee::regrole::text"
            " FROM pg_attribute AS t JOIN pg_class AS c ON c.oid = t.attrelid,"
            " aclexplode(t.attacl) AS a WHERE c.relnamespace = 'public'::regnamespace"
        ):
            assert grantee == rights.application_role(), (table, column, right)
            found[table][1].add((right, column))
        assert dict(found) == {table: parse(line) for table, line in rights.TABLES.items()}

    def test_to_execute_are_those_listed_and_nobody_elses(self):
        found = set()
        for name, grantee in ask(
            "SELECT p.proname, a.grantee::regrole::text FROM pg_proc AS p,"
            " aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS a"
            " WHERE p.pronamespace = 'public'::regnamespace AND a.grantee <> p.proowner"
        ):
            assert grantee == rights.application_role(), f"{grantee} may execute {name}"
            found.add(name)
        assert found == rights.FUNCTIONS

    def test_the_application_owns_nothing_and_is_nobody_special(self):
        role = rights.application_role()
        for catalogue, owner in (
            ("pg_class", "relowner"),
            ("pg_proc", "proowner"),
            ("pg_namespace", "nspowner"),
            ("pg_database", "datdba"),
            ("pg_type", "typowner"),
        ):
            statement = f"SELECT count(*) FROM {catalogue} WHERE {owner} = %s::regrole"  # noqa: S608
            assert ask(statement, [role]) == [(0,)], catalogue
        assert ask(
            "SELECT rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls"
            " FROM pg_roles WHERE rolname = %s",
            [role],
        ) == [(False,)]
        member = "SELECT count(*) FROM pg_auth_members WHERE member = %s::regrole"
        assert ask(member, [role]) == [(0,)]

    def test_the_application_makes_no_object_anywhere(self):
        assert ask(
            "SELECT has_database_privilege(current_database(), 'TEMP'),"
            " has_database_privilege(current_database(), 'CREATE')"
        ) == [(False, False)]
        assert (
            ask("SELECT nspname FROM pg_namespace WHERE has_schema_privilege(oid, 'CREATE')") == []
        )

    def test_no_sequence_is_the_applications(self):
        usable = (
            "SELECT sequencename FROM pg_sequences WHERE has_sequence_privilege("
            "quote_ident(sequencename), 'USAGE, SELECT, UPDATE')"
        )
        assert ask(usable) == []
        assert len(ask("SELECT relname FROM pg_class WHERE relkind = 'S'")) >= 9

    def test_a_function_the_owner_makes_tomorrow_is_nobody_elses(self):
        with as_owner() as owner:
            owner.execute("CREATE FUNCTION tomorrow() RETURNS int LANGUAGE sql AS 'SELECT 1'")
            granted = owner.execute(
                "SELECT has_function_privilege(%s, 'tomorrow()', 'EXECUTE')",
                [rights.application_role()],
            ).fetchone()
            assert granted == (False,)
            owner.rollback()


class TestShards:
    def test_the_ledger_has_the_tables_that_are_known(self):
        assert {
            "wallets_wallet", "wallets_journal", "wallets_posting", "wallets_fold", "wallets_hold",
            "wallets_holdcondition", "wallets_transaction", "wallets_idempotencykey",
            "events_auditevent", "events_outboxevent",
        } <= ledger_tables()  # fmt: skip

    def test_every_table_of_the_ledger_has_its_shard(self):
        found = ask(
            "SELECT attrelid::regclass::text FROM pg_attribute"
            " WHERE attname = 'shard' AND attnotnull AND atttypid = 'smallint'::regtype"
        )
        assert ledger_tables() - {row[0] for row in found} == set()

    def test_every_unique_index_names_the_shard_but_for_the_primary_key_id(self):
        wrong = [
            name
            for table, name, columns, primary in ask(
                "SELECT i.indrelid::regclass::text, i.indexrelid::regclass::text,"
                " array_agg(a.attname ORDER BY a.attnum), i.indisprimary FROM pg_index AS i"
                " JOIN pg_attribute AS a ON a.attrelid = i.indexrelid"
                " WHERE i.indisunique GROUP BY 1, 2, 4"
            )
            if table in ledger_tables()
            and "shard" not in columns
            and not (primary and columns == ["id"])
        ]
        assert wrong == []

    def test_no_foreign_key_crosses_the_border_of_the_ledger(self):
        inside = ledger_tables()
        crossing = [
            name
            for name, here, there in ask(
                "SELECT conname, conrelid::regclass::text, confrelid::regclass::text"
                " FROM pg_constraint WHERE contype = 'f'"
            )
            if (here in inside) != (there in inside)
        ]
        assert crossing == []

    def test_every_statement_of_a_function_that_touches_the_ledger_names_the_shard(self):
        touching = 0
        for path in sql_files("functions"):
            for statement in statements_of(path):
                if re.search(
                    r"\b(wallets|events)_(?!(currency|destination|fee|freeze|limit|price|stop)\b)[a-z]+\b"
                    r"(?!_id_seq)",
                    statement,
                ):
                    touching += 1
                    assert "shard" in statement, f"{path.name}: {statement}"
        assert touching >= 20

    def test_no_function_takes_advisory_locks_or_notifies(self):
        for path in sql_files("functions") + sql_files("triggers"):
            for statement in statements_of(path):
                assert not re.search(r"advisory|\bnotify\b|pg_notify", statement, re.I), path.name


class TestMoney:
    def columns(self):
        return ask(
            "SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attgenerated"
            " FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid"
            " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'"
            " AND a.atttypid = 'numeric'::regtype AND a.attnum > 0 AND NOT a.attisdropped"
        )

    def test_is_numeric_38_18_in_every_column(self):
        assert len(self.columns()) >= 12
        assert {kind for _, _, kind, _ in self.columns()} == {"numeric(38,18)"}

    def test_is_never_nan_in_any_column(self):
        checks = defaultdict(str)
        for table, definition in ask(
            "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE contype = 'c' AND convalidated"
        ):
            checks[table] += definition
        for table, column, _, generated in self.columns():
            if generated:
                continue  # made of columns that have the constraint
            alone = rf"\(\(?{column}\)?(::numeric)? (<>|=) [^)]*'NaN'"
            # NaN is greater than every number, so the greatest of several tells of each.
            together = rf"\(GREATEST\((\w+, )*{column}(, \w+)*\) <> 'NaN'"
            assert re.search(rf"{alone}|{together}", checks[table]), (
                f"{table}.{column} may hold NaN"
            )

    def test_no_column_anywhere_is_a_float(self):
        assert (
            ask(
                "SELECT attrelid::regclass::text, attname FROM pg_attribute"
                " JOIN pg_class AS c ON c.oid = attrelid"
                " WHERE c.relnamespace = 'public'::regnamespace"
                " AND atttypid IN ('real'::regtype, 'double precision'::regtype)"
            )
            == []
        )


class TestFunctions:
    def test_look_names_up_in_one_fixed_path_with_pg_temp_last(self):
        wrong = ask(
            "SELECT proname, proconfig::text FROM pg_proc"
            # A body of standard SQL was parsed when it was made: its names are bound already.
            " WHERE pronamespace = 'public'::regnamespace AND prosqlbody IS NULL AND NOT"
            " coalesce(proconfig @> '{\"search_path=pg_catalog, public, pg_temp\"}', false)"
        )
        assert wrong == []

    def test_are_the_owners(self):
        with as_owner() as owner:
            name = owner.info.user
        owners = ask(
            "SELECT DISTINCT proowner::regrole::text FROM pg_proc"
            " WHERE pronamespace = 'public'::regnamespace"
        )
        assert owners == [(name,)]

    def test_that_write_the_ledger_for_the_application_act_as_the_owner(self):
        plain_reads = {"ledger_shard", "wallet_seq_at_v1"}
        definers = {row[0] for row in ask("SELECT proname FROM pg_proc WHERE prosecdef")}
        closed = {"hold_place_v1", "hold_capture_v1", "hold_void_v1"}  # granted to nobody
        assert definers == (rights.FUNCTIONS - plain_reads) | closed

    def test_triggers_cannot_be_switched_off_by_the_replica_role(self):
        assert (
            ask(
                "SELECT tgrelid::regclass::text, tgname FROM pg_trigger"
                " WHERE NOT tgisinternal AND tgenabled <> 'A'"
            )
            == []
        )

    def test_no_ledger_table_lets_a_row_go(self):
        """Every table of the ledger refuses DELETE and TRUNCATE, or says here why not."""
        may_go = {"events_outboxevent"}  # it is told and then may go
        refusing = {
            row[0]
            for row in ask(
                "SELECT tgrelid::regclass::text FROM pg_trigger"
                " WHERE tgfoid = 'ledger_refuse_change'::regproc"
                " GROUP BY tgrelid HAVING bit_or(tgtype) & 40 = 40"  # 8 DELETE, 32 TRUNCATE
            )
        }
        assert ledger_tables() - refusing - may_go == set()


class TestFiles:
    """The files are what the database has."""

    def test_each_function_trigger_and_view_is_as_its_file_says(self):
        with as_owner() as owner:
            before = definitions(owner)
            for folder in OBJECT_FOLDERS:
                for path in sql_files(folder):
                    text = re.sub(
                        r"^CREATE (?:OR REPLACE )?(FUNCTION|TRIGGER|VIEW)",
                        r"CREATE OR REPLACE \1",
                        path.read_text(),
                        flags=re.M,
                    )
                    owner.execute(text)
            after = definitions(owner)
            owner.rollback()
        assert after == before

    def test_nothing_is_in_the_database_that_no_file_makes(self):
        made = set()
        for folder in OBJECT_FOLDERS:
            for path in sql_files(folder):
                made |= set(re.findall(MADE, path.read_text(), re.M))
        assert {name for kind, name, _ in self.present() if kind != "trigger"} == made

    def test_one_file_makes_one_object_and_has_its_name(self):
        for folder in ("functions", "views", "forwards"):
            for path in sql_files(folder):
                # The second making of a view has another file and the same name.
                name = re.sub(r"_v\d+$", "", path.stem) if folder == "views" else path.stem
                assert re.findall(MADE, path.read_text(), re.M) == [name]

    def test_a_released_file_is_as_it_was_released(self):
        for released in ROOT.glob("*/sql/RELEASED"):
            for entry in released.read_text().splitlines():
                if not entry.startswith("#"):
                    digest, name = entry.split()
                    content = (released.parent / name).read_bytes()
                    assert hashlib.sha256(content).hexdigest() == digest, name

    def present(self):
        with as_owner() as owner:
            return definitions(owner)


def sql_files(folder):
    """List the files whose objects the database has; SUPERSEDED names those dropped since."""
    gone = {
        listing.parent / name
        for listing in ROOT.glob("*/sql/SUPERSEDED")
        for name in listing.read_text().splitlines()
        if not name.startswith("#")
    }
    assert all(path.is_file() for path in gone)
    return sorted(set(ROOT.glob(f"*/sql/{folder}/*.sql")) - gone)


def statements_of(path):
    text = re.sub(r"--[^\n]*", "", path.read_text())
    body = text.split("AS $$", 1)[-1].split("BEGIN ATOMIC", 1)[-1]
    return [" ".join(part.split()) for part in body.split(";")]


def definitions(session):
    return set(
        session.execute(
            "SELECT 'function', proname, pg_get_functiondef(oid)"
            " FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
            " UNION ALL SELECT 'trigger', tgname, pg_get_triggerdef(oid) || tgenabled::text"
            " FROM pg_trigger WHERE NOT tgisinternal"
            " UNION ALL SELECT 'view', viewname, definition FROM pg_views"
            " WHERE schemaname = 'public'"
        ).fetchall()
    )
