"""The state machine of a case: every pair of states, through the use cases and in SQL."""

import itertools
import re

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from coinhub.core.errors import DomainError
from kyc.models import Case, Decision
from kyc.models.case import OPEN, State
from kyc.models.decision import Event
from kyc.refusals import CaseIncomplete
from kyc.services import cases, decisions, raises, reviews
from tests.conftest import make_customer
from tests.house.source import ROOT
from tests.kyc.conftest import ADA, by, case_of
from tests.sessions import as_application

# From where, to where, by what: what the database's own list must say.
MOVES: dict[Event, dict[State, tuple[State, ...]]] = {
    Event.START: {State.NOT_STARTED: (State.DRAFT,)},
    Event.SUBMIT: {State.DRAFT: (State.SUBMITTED,)},
    Event.CLAIM: {State.SUBMITTED: (State.IN_REVIEW,)},
    Event.RELEASE: {State.IN_REVIEW: (State.SUBMITTED,)},
    Event.REQUEST_CHANGES: {State.IN_REVIEW: (State.CHANGES_REQUESTED,)},
    Event.RESUBMIT: {State.CHANGES_REQUESTED: (State.SUBMITTED,)},
    Event.APPROVE: {State.IN_REVIEW: (State.APPROVED,)},
    Event.REJECT: {State.IN_REVIEW: (State.REJECTED,)},
    Event.RESTART: {State.REJECTED: (State.DRAFT,)},
    Event.RAISE: {State.APPROVED: (State.DRAFT,)},
    Event.REFUSE: {State.IN_REVIEW: (State.APPROVED,)},
    Event.WITHDRAW: {
        State.DRAFT: (State.APPROVED,),
        State.CHANGES_REQUESTED: (State.APPROVED,),
    },
    Event.BLOCK: dict.fromkeys((*OPEN, State.APPROVED), (State.BLOCKED,)),
    Event.UNBLOCK: {State.BLOCKED: (State.IN_REVIEW,)},
    Event.TAKE_OVER: {State.NOT_STARTED: (State.SUBMITTED, State.APPROVED, State.REJECTED)},
}
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
    "ask_for_more": {"approved": "draft"},
    "withdraw": {},
}
# The same for a customer who has tier 1 and asks for tier 2.
RAISED = ("draft", "submitted", "in_review", "changes_requested")
LEADS_RAISED = {
    "save": {},  # what tier 1 was approved with stays
    "submit": {},  # with nothing sent it is refused everywhere
    "claim": {"submitted": "in_review", "in_review": "in_review"},
    "release": {"in_review": "submitted"},
    "ask": {},
    "approve": {},  # tier 1 is there, tier 2 takes two people
    "reject": {"submitted": "approved", "in_review": "approved"},
    "restart_earlier": {},
    "ask_for_more": {"draft": "draft"},
    "withdraw": {"draft": "approved", "changes_requested": "approved"},
}
# What a move does to the tier: from what, to what. The others keep it.
TIERS = {
    "start": {(0, 0)},
    "restart": {(0, 0)},
    "reject": {(0, 0)},
    "unblock": {(0, 0)},
    "raise": {(1, 1)},
    "refuse": {(1, 1)},
    "withdraw": {(1, 1)},
    "approve": {(0, 1), (0, 2), (1, 2)},
    "take_over": {(0, 0), (0, 1), (0, 2)},
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
        "ask_for_more": lambda: raises.ask(customer_id=pk, source_of_funds="Wages", actor=own),
        "withdraw": lambda: raises.withdraw(customer_id=pk, actor=own),
    }
    return calls[name]()


class TestUseCases:
    @pytest.mark.parametrize("state", State.values)
    @pytest.mark.parametrize("name", LEADS)
    def test_lead_only_where_they_are_listed_to(self, office, name, state):
        case = office.case(state)
        before = (case.version, case.tier, case.decisions.count())
        if name == "ask_for_more" and state == State.APPROVED:
            with pytest.raises(CaseIncomplete):  # this one was taken over, and told us nothing yet
                do(name, case, office.by)
        elif state in LEADS[name]:
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

    @pytest.mark.parametrize("state", RAISED)
    @pytest.mark.parametrize("name", LEADS_RAISED)
    def test_never_take_the_tier_of_who_asks_for_more(self, office, name, state):
        case = office.raised(state)
        before = (case.version, case.decisions.count())
        if state in LEADS_RAISED[name]:
            do(name, case, office.by)
            assert case_of(case.customer).state == LEADS_RAISED[name][state]
        else:
            with pytest.raises(DomainError):
                do(name, case, office.by)
            after = case_of(case.customer)
            assert (after.state, after.version, after.decisions.count()) == (state, *before)
        assert (case_of(case.customer).tier, case_of(case.customer).status) == (1, "approved")

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


def is_listed(event, begin, end, old, new):
    """Say whether a move is listed, and fits what it does to the tier."""
    if (event, begin, end) not in LISTED:
        return False
    if event == "block":
        return new == 0 and (old > 0 or begin == "in_review")
    if (new > 0) != (end == "approved") and not (old == new == 1 and end in RAISED):
        return False  # no state with such a tier
    return (old, new) in TIERS.get(event, {(0, 0), (1, 1)})


class TestSql:
    @pytest.mark.parametrize(
        ("begin", "raised"), [*((s, False) for s in State.values), *((s, True) for s in RAISED)]
    )
    def test_only_listed_moves_pass_with_their_decision_and_none_without(
        self, office, begin, raised
    ):
        """Every other state, by every event and tier: also where no use case would try."""
        case = office.raised(begin) if raised else office.case(begin)
        with as_application() as session:
            for end, event, tier in itertools.product(State.values, Event.values, (0, 1, 2)):
                if end == begin:
                    continue
                with session.transaction(force_rollback=True):
                    passed = try_move(session, case, event, end, office.reviewer.pk, tier)
                expected = is_listed(event, begin, end, case.tier, tier)
                assert passed == expected, (event, begin, end, case.tier, tier)
            for end, tier in itertools.product(State.values, (0, 1, 2)):
                with session.transaction(force_rollback=True):
                    same = (end, tier) == (begin, case.tier)
                    assert same or not try_update(session, case, end, tier)

    def test_a_case_begins_with_nothing_decided(self, committed_db):
        for name, value in (("state", "approved"), ("version", 3), ("tier", 2)):
            with pytest.raises(DatabaseError), transaction.atomic():
                Case.objects.create(customer=make_customer(kyc="not_started"), **{name: value})

    def test_staff_cannot_decide_on_their_own_case(self, office):
        case = office.case(State.IN_REVIEW)
        with as_application() as session:
            assert not try_move(session, case, "approve", "approved", case.customer_id, 1)
            session.rollback()
            assert not try_move(session, case, "approve", "approved", None, 1)

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


def try_move(session, case, event, end, actor, tier):
    """Do what the application does, by hand; say whether the database lets it."""
    try:
        with session.transaction():
            session.execute(
                "INSERT INTO kyc_decision (case_id, version, event, from_state, to_state, tier,"
                " actor_id, reason, note, documents) VALUES (%s, %s, %s, %s, %s, %s, %s, '', '',"
                " '{}')",
                [case.pk, case.version + 1, event, case.state, end, tier, actor],
            )
            session.execute(
                "UPDATE kyc_case SET state = %s, tier = %s, version = version + 1,"
                " wanted_tier = greatest(wanted_tier, %s) WHERE id = %s",
                [end, tier, 2 if event == "raise" else 1, case.pk],
            )
    except psycopg.Error as error:
        return error.sqlstate not in ("KY001", "KY002", "23514")
    return True


def try_update(session, case, end, tier):
    """Change the state without a decision."""
    try:
        with session.transaction():
            session.execute(
                "UPDATE kyc_case SET state = %s, tier = %s, version = version + 1 WHERE id = %s",
                [end, tier, case.pk],
            )
    except psycopg.Error as error:
        return error.sqlstate != "KY001"
    return True
