"""A kind that is broken is in nobody's way but its own."""

from dataclasses import replace

import pytest
from django.db import OperationalError
from django.urls import reverse

from coinhub.approvals import kinds, tasks
from coinhub.approvals.models import Approval
from coinhub.approvals.refusals import ApprovalExpired, KindUnknown
from tests.coinhub.approvals.conftest import approve, propose
from tests.coinhub.approvals.test_services import lit, old, state_of
from tests.refusals import refused

LIST = "admin:approvals_approval_changelist"


def _with(monkeypatch, **changed):
    monkeypatch.setitem(kinds._kinds, "lamp", replace(kinds.get("lamp"), **changed))


@pytest.fixture
def unreadable(lamp, monkeypatch):
    """Have the kind fail at every description."""

    def fail(approval):
        raise KeyError("watts")

    _with(monkeypatch, describe=fail)


@pytest.fixture
def forgotten(lamp, maker):
    """A proposal of a kind that nobody registers any more."""
    approval = propose(maker)
    del kinds._kinds["lamp"]
    return approval


class TestQueue:
    def test_shows_the_others_beside_one_that_cannot_be_read(
        self, lamp, unreadable, maker, checker, signed_in
    ):
        approval = propose(maker)
        browser = signed_in(checker)
        html = browser.get(reverse(LIST)).content.decode()
        assert "Light a lamp" in html
        page = browser.get(reverse("admin:approvals_approval_change", args=[approval.pk]))
        assert (page.status_code, "Not readable" in page.content.decode()) == (200, True)

    def test_shows_one_of_a_kind_that_is_gone(self, forgotten, checker, signed_in):
        browser = signed_in(checker)
        assert browser.get(reverse(LIST)).status_code == 200
        page = browser.get(reverse("admin:approvals_approval_change", args=[forgotten.pk]))
        assert (page.status_code, KindUnknown.title in page.content.decode()) == (200, True)


class TestDecision:
    def test_that_waits_too_long_for_others_is_told_and_undone(
        self, lamp, maker, checker, signed_in, monkeypatch
    ):
        approval = propose(maker)
        execute = kinds.get("lamp").execute

        def stumble(*about, **people):
            execute(*about, **people)
            raise OperationalError("deadlock detected")

        _with(monkeypatch, execute=stumble)
        page = signed_in(checker).post(
            reverse("admin:approvals_approval_approve", args=[approval.pk]),
            {"shown_sha256": approval.payload_sha256},
        )
        assert (page.status_code, "Nothing was done" in page.content.decode()) == (503, True)
        assert (state_of(approval), lit()) == ("pending", 0)

    def test_about_a_kind_that_is_gone_is_refused(self, forgotten, checker):
        with refused(KindUnknown):
            approve(forgotten, checker)
        assert state_of(forgotten) == "pending"

    def test_that_takes_until_the_time_is_over_is_undone(self, lamp, maker, checker, monkeypatch):
        approval = propose(maker)
        answers = iter([False, True])
        monkeypatch.setattr("coinhub.approvals.votes.is_too_old", lambda _: next(answers))
        with refused(ApprovalExpired):
            approve(approval, checker)
        assert (state_of(approval), lit()) == ("pending", 0)


class TestExpire:
    def test_ends_the_others_when_one_fails_in_a_way_nobody_thought_of(self, lamp, maker):
        stuck, due = old(maker), old(maker, watts=6)

        def end(approval, actor):
            if approval.pk == stuck.pk:
                raise ZeroDivisionError
            lamp.ended.append(approval.state)

        lamp.ends_with = end
        tasks.expire.run()
        states = dict(Approval.objects.values_list("pk", "state"))
        assert states == {stuck.pk: "pending", due.pk: "expired"}

    def test_leaves_one_of_a_kind_that_is_gone(self, lamp, maker):
        gone = old(maker)
        del kinds._kinds["lamp"]
        tasks.expire.run()
        assert state_of(gone) == "pending"
