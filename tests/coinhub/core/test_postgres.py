"""The database backend: a kept connection is looked at before it is used, and seldom asked."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DatabaseError, DataError, connection
from django.db.transaction import TransactionManagementError

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def kept(committed_db):
    """A connection of its own, as a web thread keeps it from one request to the next."""
    made = connection.copy()
    ask(made)
    yield made
    made.close()


@pytest.fixture
def questions(kept, monkeypatch):
    """How often the server was asked whether the connection is good."""
    asked = []
    really = kept.is_usable
    monkeypatch.setattr(kept, "is_usable", lambda: asked.append(1) or really())
    return asked


def ask(wrapper):
    """Do what a request does: begin, ask something; gives the server's process."""
    wrapper.close_if_unusable_or_obsolete()
    with wrapper.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


def end_session(pid):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        assert cursor.fetchone() == (True,)


def test_a_connection_in_use_is_not_asked_again(kept, questions):
    first = ask(kept)
    asked = len(questions)
    assert [ask(kept) for _ in range(3)] == [first] * 3
    assert len(questions) == asked


def test_a_session_that_the_server_ended_is_noticed_before_a_request_uses_it(kept):
    first = ask(kept)
    end_session(first)
    assert ask(kept) != first


def test_after_a_pause_the_server_is_asked(kept, questions, monkeypatch):
    ask(kept)
    asked = len(questions)
    later = time.monotonic() + 6
    monkeypatch.setattr("coinhub.core.postgres.base.time.monotonic", lambda: later)
    ask(kept)
    assert len(questions) == asked + 1


def test_a_connection_that_is_not_between_transactions_is_asked(kept, questions):
    ask(kept)
    asked = len(questions)
    kept.connection.execute("BEGIN")
    ask(kept)
    assert len(questions) == asked + 1


def test_looks_at_most_once_in_a_request(kept, monkeypatch):
    looks = []
    monkeypatch.setattr(
        "coinhub.core.postgres.base.is_silent", lambda _connection: looks.append(1) or True
    )
    ask(kept)
    looks.clear()
    ask(kept)
    with kept.cursor() as cursor:
        cursor.execute("SELECT 1")
    assert len(looks) == 1


class TestTheKeptCursor:
    PROCESS = "SELECT pg_backend_pid()"

    def test_gives_the_first_row_again_and_again(self, kept):
        assert [kept.fetch_row("SELECT %s::int, 'a'", [n]) for n in (1, 2)] == [(1, "a"), (2, "a")]
        assert kept.fetch_row("SELECT 1 WHERE %s", [False]) is None

    def test_is_one_as_long_as_the_connection_is(self, kept):
        first = kept.fetch_row(self.PROCESS, ())
        cursor = kept._kept
        assert kept.fetch_row(self.PROCESS, ()) == first
        assert kept._kept is cursor
        kept.close()
        assert kept.fetch_row(self.PROCESS, ()) != first
        assert kept._kept is not cursor

    def test_goes_on_after_an_error_which_is_the_frameworks(self, kept):
        with pytest.raises(DataError) as caught:
            kept.fetch_row("SELECT 1 / %s::int", [0])
        assert caught.value.__cause__.sqlstate == "22012"
        assert kept.fetch_row("SELECT 1", ()) == (1,)

    def test_of_a_session_that_ended_is_made_anew(self, kept):
        first = kept.fetch_row(self.PROCESS, ())
        end_session(first[0])
        kept.close_if_unusable_or_obsolete()
        assert kept.fetch_row(self.PROCESS, ()) != first

    def test_does_nothing_in_a_transaction_that_is_lost(self, kept):
        kept.needs_rollback, kept.in_atomic_block = True, True
        with pytest.raises(TransactionManagementError):
            kept.fetch_row("SELECT 1", ())
        kept.needs_rollback, kept.in_atomic_block = False, False

    def test_belongs_to_its_thread(self, kept):
        with ThreadPoolExecutor(1) as pool, pytest.raises(DatabaseError, match="thread"):
            pool.submit(kept.fetch_row, "SELECT 1", ()).result()

    def test_is_left_aside_where_somebody_watches_the_statements(self, kept):
        seen = []

        def watch(execute, statement, *rest):
            seen.append(statement)
            return execute(statement, *rest)

        with kept.execute_wrapper(watch):
            assert kept.fetch_row("SELECT %s::int", [7]) == (7,)
        kept.force_debug_cursor = True
        kept.fetch_row("SELECT 8", ())
        assert seen == ["SELECT %s::int"]
        assert kept.queries[-1]["sql"] == "SELECT 8"
