"""The one map from the database's codes to refusals."""

import re

import psycopg
import pytest
from django.db import DatabaseError, OperationalError, connection

from coinhub.core.errors import Unavailable
from tests.house.source import ROOT
from wallets.ledger import errors
from wallets.ledger.errors import translate

CODES = re.compile(r"ERRCODE = '(LG\d{3})'")


def raised(statement: str) -> Exception:
    """Let the database raise something and translate it."""
    with pytest.raises(DatabaseError) as caught, connection.cursor() as cursor:
        cursor.execute(statement)
    return translate(caught.value)


class TestTheMap:
    def test_knows_every_code_that_a_function_or_trigger_raises(self):
        raised_somewhere = {
            code for path in ROOT.glob("*/sql/**/*.sql") for code in CODES.findall(path.read_text())
        }
        # LG004 is one of two by its detail; LG014 is a repair's and read where repairs are done.
        known = set(errors.REFUSALS) | errors.MISUSES | {"LG004", "LG014"}
        assert len(raised_somewhere) >= 12
        assert raised_somewhere - known == set()

    def test_names_only_constraints_there_are(self, committed_db):
        with connection.cursor() as cursor:
            cursor.execute("SELECT conname FROM pg_constraint")
            there = {row[0] for row in cursor.fetchall()}
        assert set(errors.CONSTRAINTS) - there == set()

    def test_gives_every_refusal_a_code_of_its_own_and_a_status(self):
        kinds = set(errors.REFUSALS.values()) | set(errors.CONSTRAINTS.values())
        assert all(re.fullmatch(r"[A-Z][A-Z_]+", kind.code) for kind in kinds)
        assert all(400 <= kind.status < 600 for kind in kinds)
        assert len({kind.code for kind in kinds}) == len(kinds)


class TestTranslate:
    @pytest.mark.parametrize("code", sorted(errors.PASSING))
    def test_a_passing_trouble_may_be_tried_again(self, committed_db, code):
        found = raised(f"DO $$ BEGIN RAISE 'x' USING ERRCODE = '{code}'; END $$")
        assert type(found) is Unavailable
        assert found.members == {"retry_after": 1}

    @pytest.mark.parametrize("code", sorted(errors.REFUSALS))
    def test_a_refusal_comes_as_its_kind_with_what_the_database_adds(self, committed_db, code):
        found = raised(
            f"DO $$ BEGIN RAISE 'x' USING ERRCODE = '{code}', DETAIL = '{{\"a\": \"1\"}}'; END $$"
        )
        assert type(found) is errors.REFUSALS[code]
        assert found.members == {"a": "1"}

    @pytest.mark.parametrize("code", sorted(errors.MISUSES))
    def test_a_misuse_is_a_bug_and_no_refusal(self, committed_db, code):
        found = raised(f"DO $$ BEGIN RAISE 'x' USING ERRCODE = '{code}'; END $$")
        assert type(found) is errors.LedgerMisused

    @pytest.mark.parametrize("constraint", sorted(errors.CONSTRAINTS))
    def test_a_constraint_is_known_by_its_name(self, committed_db, constraint):
        found = raised(
            "DO $$ BEGIN RAISE 'x' USING ERRCODE = 'check_violation',"
            f" CONSTRAINT = '{constraint}'; END $$"
        )
        assert type(found) is errors.CONSTRAINTS[constraint]

    @pytest.mark.parametrize("code", ["42601", "XX000", "23514", "22012"])
    def test_what_is_not_expected_stays_what_it_is(self, committed_db, code):
        found = raised(f"DO $$ BEGIN RAISE 'x' USING ERRCODE = '{code}'; END $$")
        assert isinstance(found, DatabaseError)

    def test_a_lost_connection_may_be_tried_again(self):
        error = OperationalError("server closed the connection unexpectedly")
        error.__cause__ = psycopg.OperationalError("server closed the connection unexpectedly")
        assert type(translate(error)) is Unavailable

    def test_an_error_without_a_cause_comes_back(self):
        error = DatabaseError("made here")
        assert translate(error) is error
