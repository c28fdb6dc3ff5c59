"""What a session may set changes nothing in what is booked and what is refused."""

import psycopg
import pytest

from tests.refusals import picture
from tests.sessions import as_application
from tests.sql.calls import HEAD, Journal, line
from tests.wallets.relations import assert_agree, balances
from wallets.models import Journal as Row

SETTINGS = {
    "search_path": "''",
    "search_path ": "pg_temp, nowhere, public",
    "transform_null_equals": "on",
    "array_nulls": "off",
    "timezone": "'Pacific/Kiritimati'",
    "timezone ": "'-12'",
    "datestyle": "'SQL, DMY'",
    "intervalstyle": "'sql_standard'",
    "standard_conforming_strings": "off",
    "default_transaction_isolation": "'repeatable read'",
    "default_transaction_isolation ": "'serializable'",
    "plpgsql.check_asserts": "off",
    "check_function_bodies": "off",
    "row_security": "off",
    "jit": "on",
    "enable_seqscan": "off",
    "work_mem": "'64kB'",
    "lock_timeout": "0",
    "statement_timeout": "0",
    "xmloption": "'document'",
    "extra_float_digits": "-15",
    "lc_numeric": "'C'",
}
POST = f"SELECT journal_id FROM public.post_journal_v1({HEAD})"  # noqa: S608


@pytest.mark.parametrize("name", SETTINGS)
def test_the_ledger_books_and_refuses_the_same(payer, payee, open_transaction, name):
    def draft(taken, given):
        transaction_id = open_transaction(payer, payee)
        lines = [line(payer, -taken), line(payee, given)]
        return Journal(lines, payer.shard, transaction_id).arguments()

    good, lopsided, too_much = draft(30, 30), draft(30, 31), draft(101, 101)
    with as_application(autocommit=True) as session:
        session.execute(f"SET {name.strip()} = {SETTINGS[name]}")
        journal_id = session.execute(POST, good).fetchone()[0]
        before = picture()
        for journal, sqlstate in ((lopsided, "LG001"), (too_much, "LG002")):
            with pytest.raises(psycopg.Error) as caught:
                session.execute(POST, journal)
            assert caught.value.sqlstate == sqlstate
        assert picture() == before
    assert (balances(payer)[0], balances(payee)[0]) == (70, 30)
    row = Row.objects.get(pk=journal_id)
    assert row.value_date == row.booked_at.date(), "the day is that of UTC"
    assert_agree(payer, payee)
