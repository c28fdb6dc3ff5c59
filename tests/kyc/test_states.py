"""The state machine of a case: every pair of states, through the use cases and in SQL."""

import itertools
import re

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from coinhub.core.errors import DomainError
from kyc.models import Case, Decision
from kyc.models.case import State
from kyc.models.decision import Event
from kyc.services import cases, decisions, reviews
from kyc.services.moves import MOVES
from tests.conftest import make_customer
from tests.house.source import ROOT
from tests.kyc.conftest import ADA, by, case_of
from tests.sessions import as_application

LISTED = {
    (str(event), str(begin), str(end))
    for event, moves in MOVES.items()
    for begin, ends in moves.items()
    for end in ends
}
PUBLIC = {
    "not_started": "not_started",
    "draft": "not_started",
    "submitted": "pending",
    "in_review": "pending",
    "changes_requested": "pending",
    "approved": "approved",
    "rejected": "rejected",
    "blocked": "rejected",
}
# What each use case leads to from the states where it is allowed.
LEADS = {
    "save": {"not_started": "draft", "draft": "draft"},
    "submit": {"draft": "submitted"},
    "claim": {"submitted": "in_review", "in_review": "in_review"},
    "release": {"in_review": "submitted"},
    "ask": {},  # with no document named it is refused everywhere
    "approve": {"submitted": "approved", "in_review": "approved"},
    "reject": {"submitted": "rejected", "in_review": "rejected"},
    "restart_earlier": {"rejected": "rejected"},
}


def do(name, case, actor):
    pk = case.customer_id
    own = by(case.customer)
    calls = {
        "save": lambda: cases.save_details(customer_id=pk, person=ADA, tier=1, actor=own),
        "submit": lambda: cases.submit(customer_id=pk, actor=own),
        "claim": lambda: reviews.claim(customer_id=pk, actor=actor),
        "release": lambda: reviews.release(customer_id=pk, actor=actor),
        "ask": lambda: reviews.request_changes(customer_id=pk, documents={}, actor=actor),
        "approve": lambda: decisions.approve(customer_id=pk, actor=actor),
        "reject": lambda: decisions.reject(customer_id=pk, reason="other", actor=actor),
        "restart_earlier": lambda: cases.restart_earlier(customer_id=pk, actor=actor),
    }
    return calls[name]()


class TestUseCases:
    @pytest.mark.parametrize("state", State.values)
    @pytest.mark.parametrize("name", LEADS)
    def test_lead_only_where_they_are_listed_to(self, office, name, state):
        case = office.case(state)
        before = (case.version, case.tier, case.decisions.count())
        if state in LEADS[name]:
            do(name, case, office.by)
            assert case_of(case.customer).state == LEADS[name][state]
        else:
            with pytest.raises(DomainError):
                do(name, case, office.by)
            after = case_of(case.customer)
            assert (after.state, after.version, after.tier, after.decisions.count()) == (
                state,
                *before,
            )

    def test_the_public_status_follows_the_state(self, office):
        for state in State.values:
            assert office.case(state).status == PUBLIC[state]


class TestPublished:
    def test_the_list_in_the_document_is_the_one_of_the_code(self):
        text = (ROOT / "docs/identity.md").read_text()
        rows = re.findall(r"^\| (\w+) \| ([\w, ]+) \| ([\w, ]+) \| [^|]+ \| [^|]* \|$", text, re.M)
        published = {
            (event, begin, end)
            for event, begins, ends in rows
            if event != "event"
            for begin in begins.split(", ")
            for end in ends.split(", ")
        }
        assert published == LISTED


class TestSql:
    @pytest.mark.parametrize("begin", State.values)
    def test_only_listed_moves_pass_with_their_decision_and_none_without(self, office, begin):
        """Every other state, by every event: also where no use case would try."""
        case = office.case(begin)
        with as_application() as session:
            for end, event in itertools.product(State.values, Event.values):
                if end == begin:
                    continue
                with session.transaction(force_rollback=True):
                    passed = try_move(session, case, event, end, office.reviewer.pk)
                assert passed == ((event, begin, end) in LISTED), (event, begin, end)
            for end in State.values:
                with session.transaction(force_rollback=True):
                    assert end == begin or not try_update(session, case, end)

    def test_a_case_begins_with_nothing_decided(self, committed_db):
        for name, value in (("state", "approved"), ("version", 3), ("tier", 2)):
            with pytest.raises(DatabaseError), transaction.atomic():
                Case.objects.create(customer=make_customer(kyc="not_started"), **{name: value})

    def test_staff_cannot_decide_on_their_own_case(self, office):
        case = office.case(State.IN_REVIEW)
        with as_application() as session:
            assert not try_move(session, case, "approve", "approved", case.customer_id)
            session.rollback()
            assert not try_move(session, case, "approve", "approved", None)

    def test_a_decision_is_never_changed_or_deleted(self, office):
        case = office.case(State.APPROVED)
        for statement in (
            "UPDATE kyc_decision SET tier = 2 WHERE case_id = %s",
            "DELETE FROM kyc_decision WHERE case_id = %s",
            "DELETE FROM kyc_case WHERE id = %s",
            "UPDATE kyc_case SET customer_id = gen_random_uuid() WHERE id = %s",
            "UPDATE kyc_case SET status = 'approved' WHERE id = %s",
        ):
            with (
                pytest.raises(DatabaseError),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(statement, [case.pk])
        assert Decision.objects.filter(case=case).count() == case.version


def try_move(session, case, event, end, actor):
    """Do what the application does, by hand; say whether the trigger lets it."""
    tier = 1 if end == "approved" else 0
    try:
        with session.transaction():
            session.execute(
                "INSERT INTO kyc_decision (case_id, version, event, from_state, to_state, tier,"
                " actor_id, reason, note, documents) VALUES (%s, %s, %s, %s, %s, %s, %s, '', '',"
                " '{}')",
                [case.pk, case.version + 1, event, case.state, end, tier, actor],
            )
            session.execute(
                "UPDATE kyc_case SET state = %s, tier = %s, version = version + 1 WHERE id = %s",
                [end, tier, case.pk],
            )
    except psycopg.Error as error:
        return error.sqlstate not in ("KY001", "KY002")
    return True


def try_update(session, case, end):
    """Change the state without a decision."""
    try:
        with session.transaction():
            session.execute(
                "UPDATE kyc_case SET state = %s, tier = %s, version = version + 1 WHERE id = %s",
                [end, 1 if end == "approved" else 0, case.pk],
            )
    except psycopg.Error as error:
        return error.sqlstate != "KY001"
    return True
