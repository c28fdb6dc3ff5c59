"""Transactions that a step needs, and columns Django has no field for."""

import pytest
from django.db import connection, transaction

from coinhub.core.db import are_numbers, require_transaction, sql_file
from coinhub.core.health import READINESS, find_problems
from coinhub.core.rights import apply
from tests.conftest import make_customer, wallet_of
from tests.sql.standing import standing
from wallets.models import Transaction


class TestRequireTransaction:
    def test_refuses_outside_a_transaction(self, committed_db):
        with pytest.raises(RuntimeError, match="needs the transaction"):
            require_transaction()

    @pytest.mark.django_db
    def test_does_not_take_the_transaction_of_a_test_for_one(self):
        assert connection.in_atomic_block
        with pytest.raises(RuntimeError):
            require_transaction()

    def test_is_content_inside_one(self, committed_db):
        with transaction.atomic():
            require_transaction()


class TestRights:
    def test_are_the_same_when_they_are_given_again(self, committed_db):
        before = standing()
        apply("owner")
        assert standing() == before


class TestColumns:
    def test_the_id_of_the_database_transaction_is_a_number(self, committed_db):
        wallet_of(make_customer(), funded="1")
        newest = Transaction.objects.latest("pk")
        assert isinstance(newest.xact_id, int)
        assert Transaction.objects.filter(xact_id=newest.xact_id).get() == newest

    def test_a_promise_of_numbers_names_every_column(self):
        promised = str(are_numbers("available", "held"))
        assert "available" in promised
        assert "held" in promised

    def test_a_file_of_sql_is_read_from_the_top_level(self):
        assert "CREATE VIEW wallets" in sql_file("wallets/sql/views/wallets.sql")


class TestReadiness:
    def test_has_no_problem_in_a_complete_installation(self, committed_db):
        assert find_problems() == []

    def test_names_every_problem_a_check_finds(self, committed_db, monkeypatch):
        monkeypatch.setitem(READINESS, "one", lambda: ["the roof leaks"])
        monkeypatch.setitem(READINESS, "two", lambda: ["so does the cellar"])
        assert {"the roof leaks", "so does the cellar"} <= set(find_problems())

    def test_answers_503_with_the_problem(self, committed_db, monkeypatch, client):
        assert client.get("/readyz").status_code == 200
        monkeypatch.setitem(READINESS, "one", lambda: ["the roof leaks"])
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert "the roof leaks" in answer.json()["problems"]
        assert client.get("/healthz").status_code == 200
