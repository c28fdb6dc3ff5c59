"""What the database refuses of approvals, whoever asks: the application and the owner."""

import pytest
from django.db import connection

from coinhub.approvals.models import Approval
from tests.coinhub.approvals.conftest import approve, propose
from tests.conftest import make_staff
from tests.sessions import as_application, as_owner, as_superuser

State = Approval.State
END = "state = %(state)s, checker_id = %(checker)s, decided_at = now()"


def row(key):
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM approvals_approval AS t WHERE id = %s", [key])
        return cursor.fetchone()[0]


def refused(session, statement, parameters=()):
    """Expect a refusal and give its SQLSTATE and constraint."""
    import psycopg

    with pytest.raises(psycopg.Error) as caught:
        session.execute(statement, parameters)
    session.rollback()
    return caught.value.sqlstate, caught.value.diag.constraint_name


@pytest.fixture
def made(committed_db, lamp):
    """A committed proposal, its maker, and somebody else."""
    maker, checker = (make_staff(name, "operations") for name in ("sql-maker", "sql-checker"))
    return propose(maker, target=str(maker.pk)), maker, checker


def move(session, approval, state, checker):
    named = {"state": state, "checker": checker and checker.pk, "id": approval.pk}
    return session.execute(f"UPDATE approvals_approval SET {END} WHERE id = %(id)s", named)


class TestChecker:
    @pytest.mark.parametrize("session", [as_application, as_owner])
    @pytest.mark.parametrize("state", ["executed", "rejected"])
    def test_is_not_the_maker(self, made, session, state):
        approval, maker, _ = made
        before = row(approval.pk)
        with session() as here:
            named = {"state": state, "checker": maker.pk, "id": approval.pk}
            said = refused(here, f"UPDATE approvals_approval SET {END} WHERE id = %(id)s", named)
        assert said == ("23514", "approval_checker_is_not_the_maker")
        assert row(approval.pk) == before

    @pytest.mark.parametrize("state", ["executed", "rejected"])
    def test_is_somebody(self, made, state):
        approval, _, _ = made
        before = row(approval.pk)
        with as_application() as here:
            named = {"state": state, "checker": None, "id": approval.pk}
            sqlstate, _ = refused(
                here, f"UPDATE approvals_approval SET {END} WHERE id = %(id)s", named
            )
        assert sqlstate in ("23514", "AP001")
        assert row(approval.pk) == before


class TestMoves:
    @pytest.mark.parametrize("after", list(State))
    @pytest.mark.parametrize("before", list(State))
    def test_only_from_pending_to_an_end(self, made, before, after):
        approval, _, checker = made
        decided = (State.EXECUTED, State.REJECTED)
        with as_application() as here:
            if before != State.PENDING:
                move(here, approval, before, checker if before in decided else None)
            named = {
                "state": after,
                "checker": checker.pk if after in decided else None,
                "id": approval.pk,
            }
            statement = f"UPDATE approvals_approval SET {END} WHERE id = %(id)s"
            if before == State.PENDING and after != State.PENDING:
                assert here.execute(statement, named).rowcount == 1
            else:
                assert refused(here, statement, named)[0] == "AP001"
            here.rollback()

    @pytest.mark.parametrize(
        "change",
        [
            "payload = '{}'", "payload_sha256 = repeat('a', 64)", "reason = 'another reason here'",
            "expires_at = created_at", "maker_id = checker_id", "target_id = 'other'",
            "target_version = '7'", "kind = 'other'", "public_id = gen_random_uuid()",
            "created_at = created_at - interval '1 second'", "id = id + 1000000",
        ],
    )  # fmt: skip
    def test_nothing_else_changes_even_with_the_end(self, made, change):
        approval, _, checker = made
        before = row(approval.pk)
        named = {"state": "executed", "checker": checker.pk, "id": approval.pk}
        for sets in (change, f"{END}, {change}"):
            statement = f"UPDATE approvals_approval SET {sets} WHERE id = %(id)s"
            with as_application() as here:
                assert refused(here, statement, named)[0] == "42501"
            with as_owner() as here:
                assert refused(here, statement, named)[0] in ("AP001", "428C9")
        assert row(approval.pk) == before

    def test_an_executed_one_stays_executed(self, made):
        approval, _, checker = made
        approve(approval, checker)
        before = row(approval.pk)
        with as_owner() as here:
            for statement in (
                "UPDATE approvals_approval SET state = 'pending', checker_id = NULL,"
                " decided_at = NULL, result = NULL WHERE id = %s",
                "UPDATE approvals_approval SET comment = 'x' WHERE id = %s",
                "DELETE FROM approvals_approval WHERE id = %s",
            ):
                assert refused(here, statement, [approval.pk])[0] == "AP001"
        assert row(approval.pk) == before

    def test_one_that_is_too_old_is_not_executed(self, made):
        approval, maker, checker = made
        with as_application() as here:
            late = here.execute(
                "INSERT INTO approvals_approval (public_id, kind, target_type, target_id,"
                " target_version, payload, payload_sha256, reason, maker_id, state, comment,"
                " created_at, expires_at) SELECT gen_random_uuid(), kind, target_type, 'late', '',"
                " payload, repeat('b', 64), reason, maker_id, 'pending', '',"
                " now() - interval '25 hours', now() - interval '1 hour'"
                " FROM approvals_approval WHERE id = %s RETURNING id",
                [approval.pk],
            ).fetchone()[0]
            named = {"state": "executed", "checker": checker.pk, "id": late}
            statement = f"UPDATE approvals_approval SET {END} WHERE id = %(id)s"
            assert refused(here, statement, named)[0] == "AP001"


class TestRows:
    @pytest.mark.parametrize("statement", ["DELETE FROM {}", "TRUNCATE {}"])
    @pytest.mark.parametrize(("session", "said"), [(as_application, "42501"), (as_owner, "AP001")])
    def test_do_not_go(self, made, session, said, statement):
        before = Approval.objects.count()
        with session() as here:
            assert refused(here, statement.format("approvals_approval"))[0] == said
        assert Approval.objects.count() == before >= 1

    def test_do_not_go_for_a_superuser_who_plays_replica(self, made):
        before = row(made[0].pk)
        with as_superuser() as root:
            root.execute("SET session_replication_role = replica")
            root.commit()
            for statement in (
                "DELETE FROM approvals_approval",
                "TRUNCATE approvals_approval",
                "UPDATE approvals_approval SET payload = '{}'",
            ):
                assert refused(root, statement)[0] == "AP001"
        assert row(made[0].pk) == before

    @pytest.mark.parametrize(
        ("changed", "said"),
        [
            ("'executed', now(), now() + interval '1 hour'", "AP002"),
            ("'pending', now() + interval '1 day', now() + interval '2 days'", "AP002"),
            ("'pending', now(), now() + interval '25 hours'", "23514"),
        ],
    )
    def test_begin_as_pending_now_and_for_a_day(self, made, changed, said):
        approval, _, _ = made
        before = Approval.objects.count()
        with as_application() as here:
            statement = (
                "INSERT INTO approvals_approval (public_id, kind, target_type, target_id,"
                " target_version, payload, payload_sha256, reason, maker_id, comment, state,"
                " created_at, expires_at) SELECT gen_random_uuid(), kind, target_type, 'new', '',"
                f" payload, repeat('c', 64), reason, maker_id, '', {changed}"
                " FROM approvals_approval WHERE id = %s"
            )
            assert refused(here, statement, [approval.pk])[0] == said
        assert Approval.objects.count() == before
