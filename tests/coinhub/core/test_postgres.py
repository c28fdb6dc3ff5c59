"""The database backend: a kept connection is looked at before it is used, and seldom asked."""

import time

import pytest
from django.db import connection

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
