"""Four eyes: what one proposes another approves, once, as it was shown, within a day."""

from datetime import timedelta

import pytest
from django.utils import timezone

from coinhub.approvals import refusals, services
from coinhub.approvals.content import digest_of
from coinhub.approvals.models import Approval
from coinhub.core.actor import system
from coinhub.core.errors import NotYours
from coinhub.core.ids import new_public_id
from coinhub.events.models import AuditEvent, OutboxEvent
from coinhub.users import roles
from tests.coinhub.approvals.conftest import REASON, NotNow, actor_of, approve, propose
from tests.conftest import make_staff

State = Approval.State
ENDS = [state for state in State if state != State.PENDING]


def lit():
    return AuditEvent.objects.filter(action="lamp.lit").count()


def state_of(approval):
    return Approval.objects.get(pk=approval.pk).state


def old(maker, watts=5):
    """Make a proposal of 25 hours ago; one that exists cannot be made older."""
    now = timezone.now()
    fresh = Approval(
        kind="lamp",
        target_type="lamp",
        target_id="cellar",
        target_version="1",
        payload={"watts": watts},
        reason=REASON,
        maker=maker,
        created_at=now - timedelta(hours=25),
        expires_at=now - timedelta(hours=1),
    )
    fresh.payload_sha256 = digest_of(fresh)
    fresh.save()
    return fresh


class TestPropose:
    def test_makes_a_pending_proposal_that_lives_a_day(self, lamp, maker):
        made = propose(maker)
        kept = Approval.objects.get(pk=made.pk)
        assert (kept.state, kept.maker, kept.checker) == (State.PENDING, maker, None)
        assert kept.expires_at - kept.created_at == timedelta(hours=24)
        assert abs(kept.created_at - timezone.now()) < timedelta(minutes=1)
        assert lit() == 0
        event = AuditEvent.objects.get(action="approval.proposed", object_id=str(kept.public_id))
        assert (event.actor, event.address) == (maker, "192.0.2.7")
        assert event.after["payload_sha256"] == kept.payload_sha256
        told = OutboxEvent.objects.get(type="approval.proposed", object_id=str(kept.public_id))
        assert told.payload["kind"] == "lamp"

    def test_refuses_the_same_proposal_while_it_waits(self, lamp, maker, checker):
        first = propose(maker)
        with pytest.raises(refusals.ApprovalExists):
            propose(maker)
        assert Approval.objects.filter(kind="lamp").count() == 1
        services.withdraw(first.public_id, maker=maker, actor=actor_of(maker))
        assert propose(maker).pk != first.pk

    @pytest.mark.parametrize("reason", ["", "too short", "   short    ", "         \n"])
    def test_refuses_without_a_reason(self, lamp, maker, reason):
        with pytest.raises(refusals.ReasonTooShort):
            services.propose(
                kind="lamp", target_type="lamp", target_id="hall", payload={"watts": 1},
                reason=reason, maker=maker, actor=actor_of(maker),
            )  # fmt: skip
        assert not Approval.objects.filter(kind="lamp").exists()

    @pytest.mark.parametrize("group", [roles.KYC, None])
    def test_refuses_who_may_not(self, lamp, db, group):
        person = make_staff("other", *([group] if group else []))
        with pytest.raises(refusals.NotPermitted):
            propose(person)
        assert not Approval.objects.filter(kind="lamp").exists()

    def test_refuses_a_payload_that_does_not_read_back_exactly(self, lamp, maker):
        with pytest.raises(TypeError):
            propose(maker, watts=0.1)
        assert not Approval.objects.filter(kind="lamp").exists()


class TestApprove:
    def test_does_it_and_keeps_what_came_of_it(self, lamp, maker, checker):
        done = approve(propose(maker), checker)
        kept = Approval.objects.get(pk=done.pk)
        assert (kept.state, kept.checker, kept.result) == (State.EXECUTED, checker, {"lit": 40})
        assert kept.decided_at is not None
        assert lit() == 1
        event = AuditEvent.objects.get(action="approval.executed", object_id=str(kept.public_id))
        assert event.actor == checker
        assert (event.before, event.after["state"]) == ({"state": "pending"}, "executed")
        assert (event.after["maker"], event.after["checker"]) == (str(maker.pk), str(checker.pk))
        assert OutboxEvent.objects.filter(type="approval.executed").count() == 1

    @pytest.mark.parametrize("superuser", [False, True])
    def test_refuses_the_maker_superusers_included(self, lamp, db, superuser):
        maker = make_staff("maker", roles.OPERATIONS, superuser=superuser)
        made = propose(maker)
        with pytest.raises(refusals.MakerIsChecker):
            approve(made, maker)
        with pytest.raises(refusals.MakerIsChecker):
            services.reject(made.public_id, checker=maker, comment=REASON, actor=actor_of(maker))
        assert (state_of(made), lit()) == (State.PENDING, 0)

    def test_refuses_whom_it_is_about(self, lamp, maker, checker):
        lamp.about = [checker.pk]
        made = propose(maker)
        with pytest.raises(refusals.CheckerIsParty):
            approve(made, checker)
        assert (state_of(made), lit()) == (State.PENDING, 0)

    def test_refuses_who_lost_the_role_in_between(self, lamp, maker, checker):
        made = propose(maker)
        assert checker.has_perm("approvals.view_approval")  # and so it is remembered
        checker.groups.clear()
        with pytest.raises(refusals.NotPermitted):
            approve(made, checker)
        assert (state_of(made), lit()) == (State.PENDING, 0)

    @pytest.mark.parametrize("lost", ["is_active", "is_staff"])
    def test_refuses_who_is_locked_or_no_longer_staff(self, lamp, maker, checker, lost):
        made = propose(maker)
        type(checker).objects.filter(pk=checker.pk).update(**{lost: False})
        with pytest.raises(refusals.NotPermitted):
            approve(made, checker)
        assert (state_of(made), lit()) == (State.PENDING, 0)

    def test_refuses_what_a_maker_proposed_who_was_locked_out_since(self, lamp, maker, checker):
        made = propose(maker)
        type(maker).objects.filter(pk=maker.pk).update(is_active=False)
        with pytest.raises(refusals.NotPermitted, match="Who proposed this"):
            approve(made, checker)
        assert (state_of(made), lit()) == (State.PENDING, 0)
        services.reject(made.public_id, checker=checker, comment=REASON, actor=actor_of(checker))
        assert state_of(made) == State.REJECTED

    @pytest.mark.parametrize("shown", ["", "0" * 64, "another", "\N{SNOWMAN}"])
    def test_refuses_when_something_else_was_shown(self, lamp, maker, checker, shown):
        made = propose(maker)
        with pytest.raises(refusals.ApprovalChanged):
            approve(made, checker, shown)
        assert (state_of(made), lit()) == (State.PENDING, 0)

    def test_refuses_what_another_proposal_showed(self, lamp, maker, checker):
        made, other = propose(maker), propose(maker, watts=4000)
        with pytest.raises(refusals.ApprovalChanged):
            approve(other, checker, made.payload_sha256)
        assert (state_of(other), lit()) == (State.PENDING, 0)

    def test_ends_what_has_changed_since(self, lamp, maker, checker):
        made = propose(maker)
        lamp.version = "2"
        with pytest.raises(refusals.ApprovalStale):
            approve(made, checker)
        assert (state_of(made), lit(), lamp.ended) == (State.STALE, 0, ["stale"])
        with pytest.raises(refusals.ApprovalEnded, check=lambda e: e.members["state"] == "stale"):
            approve(made, checker)

    def test_ends_what_is_older_than_a_day(self, lamp, maker, checker):
        made = old(maker)
        with pytest.raises(refusals.ApprovalExpired):
            approve(made, checker)
        assert (state_of(made), lit(), lamp.ended) == (State.EXPIRED, 0, ["expired"])

    def test_records_no_vote_when_doing_it_is_refused(self, lamp, maker, checker):
        made = propose(maker)
        lamp.refuses = True
        with pytest.raises(NotNow):
            approve(made, checker)
        kept = Approval.objects.get(pk=made.pk)
        assert (kept.state, kept.checker, kept.decided_at, lit()) == (State.PENDING, None, None, 0)
        assert not AuditEvent.objects.filter(action="approval.executed").exists()
        lamp.refuses = False
        assert approve(made, checker).state == State.EXECUTED

    def test_knows_nothing_of_what_is_not_there(self, lamp, checker):
        with pytest.raises(NotYours):
            services.approve(
                new_public_id(), checker=checker, shown_sha256="", actor=actor_of(checker)
            )


class TestOtherEnds:
    def test_a_rejection_has_a_reason_and_undoes_what_was_prepared(self, lamp, maker, checker):
        made = propose(maker)
        with pytest.raises(refusals.ReasonTooShort):
            services.reject(made.public_id, checker=checker, comment="no", actor=actor_of(checker))
        assert state_of(made) == State.PENDING
        services.reject(made.public_id, checker=checker, comment=REASON, actor=actor_of(checker))
        kept = Approval.objects.get(pk=made.pk)
        assert (kept.state, kept.checker, kept.comment) == (State.REJECTED, checker, REASON)
        assert (lit(), lamp.ended) == (0, ["rejected"])

    def test_only_the_maker_takes_it_back(self, lamp, maker, checker):
        made = propose(maker)
        with pytest.raises(refusals.NotTheMaker):
            services.withdraw(made.public_id, maker=checker, actor=actor_of(checker))
        assert state_of(made) == State.PENDING
        services.withdraw(made.public_id, maker=maker, actor=actor_of(maker))
        assert (state_of(made), lamp.ended) == (State.CANCELLED, ["cancelled"])

    def test_time_ends_what_is_due_and_nothing_else(self, lamp, maker):
        fresh = propose(maker)
        due = old(maker)
        assert services.list_due() == [due.public_id]
        assert services.expire(due.public_id, actor=system())
        assert not services.expire(due.public_id, actor=system())
        assert not services.expire(fresh.public_id, actor=system())
        assert (state_of(due), state_of(fresh)) == (State.EXPIRED, State.PENDING)
        assert (lamp.ended, services.list_due()) == (["expired"], [])


class TestMoves:
    """From every state every use case is tried; only those of a pending one go through."""

    def ended(self, end, lamp, maker, checker):
        made = old(maker) if end == State.EXPIRED else propose(maker)
        if end == State.EXECUTED:
            approve(made, checker)
        elif end == State.REJECTED:
            services.reject(made.public_id, checker=checker, comment=REASON, actor=system())
        elif end == State.CANCELLED:
            services.withdraw(made.public_id, maker=maker, actor=system())
        elif end == State.EXPIRED:
            services.expire(made.public_id, actor=system())
        else:
            lamp.version = "2"
            with pytest.raises(refusals.ApprovalStale):
                approve(made, checker)
        assert state_of(made) == end
        return made

    @pytest.mark.parametrize("end", ENDS)
    def test_nothing_leads_away_from_an_end(self, end, lamp, maker, checker):
        made = self.ended(end, lamp, maker, checker)
        kept = Approval.objects.filter(pk=made.pk).values().get()
        events, before = AuditEvent.objects.count(), lit()
        for call in (
            lambda: approve(made, checker),
            lambda: services.reject(
                made.public_id, checker=checker, comment=REASON, actor=system()
            ),
            lambda: services.withdraw(made.public_id, maker=maker, actor=system()),
        ):
            with pytest.raises(refusals.ApprovalEnded):
                call()
        assert not services.expire(made.public_id, actor=system())
        assert Approval.objects.filter(pk=made.pk).values().get() == kept
        assert (AuditEvent.objects.count(), lit()) == (events, before)
