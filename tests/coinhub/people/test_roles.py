"""Roles are proposed by one member of staff and given by another."""

import pytest
from django.urls import reverse

from coinhub.approvals import refusals
from coinhub.approvals import services as approvals
from coinhub.approvals.models import Approval
from coinhub.core.errors import ValidationFailed
from coinhub.events.models import AuditEvent
from coinhub.people import grants
from coinhub.people.refusals import AccessUnchanged, OwnAccess
from coinhub.users import roles
from coinhub.users.models import AccessToken, User
from coinhub.users.selectors import tokens as token_selectors
from coinhub.users.services import tokens
from tests.coinhub.people.conftest import REASON, actor_of
from tests.conftest import make_staff


def propose(person, maker, *names):
    return grants.propose_roles(
        person=person, roles=names, reason=REASON, maker=maker, actor=actor_of(maker)
    )


def approve(approval, checker):
    return approvals.approve(
        approval.public_id,
        checker=checker,
        shown_sha256=approval.payload_sha256,
        actor=actor_of(checker),
    )


def standing(person):
    person = User.objects.get(pk=person.pk)
    return grants.roles_of(person), person.is_staff


class TestRoles:
    def test_are_given_when_a_second_person_approves(self, alice, maker, checker):
        made = propose(alice, maker, roles.KYC, roles.AUDITOR)
        assert standing(alice) == ([], False)
        approve(made, checker)
        assert standing(alice) == ([roles.AUDITOR, roles.KYC], True)
        event = AuditEvent.objects.get(action="person.roles_changed", object_id=str(alice.pk))
        assert event.actor == checker
        assert event.before == {"roles": [], "is_staff": False}
        assert event.after == {"roles": [roles.AUDITOR, roles.KYC], "is_staff": True}

    def test_are_taken_in_the_same_way_and_staff_become_nobody_special(self, maker, checker):
        third = make_staff("third", roles.KYC)
        approve(propose(third, maker), checker)
        assert standing(third) == ([], False)

    def test_a_superuser_stays_staff(self, maker, checker):
        root = make_staff("root", roles.AUDITOR, superuser=True)
        approve(propose(root, maker), checker)
        assert standing(root) == ([], True)

    def test_nobody_proposes_or_approves_the_own(self, maker, checker):
        with pytest.raises(OwnAccess):
            propose(maker, maker, roles.AUDITOR)
        made = propose(checker, maker, roles.AUDITOR)
        with pytest.raises(refusals.CheckerIsParty):
            approve(made, checker)
        assert standing(checker) == ([roles.OPERATIONS], True)
        assert Approval.objects.get(pk=made.pk).state == "pending"

    @pytest.mark.parametrize("superuser", [False, True])
    def test_the_maker_does_not_approve(self, alice, superuser):
        maker = make_staff("maker", roles.OPERATIONS, superuser=superuser)
        made = propose(alice, maker, roles.OPERATIONS)
        with pytest.raises(refusals.MakerIsChecker):
            approve(made, maker)
        assert standing(alice) == ([], False)

    def test_a_change_in_between_ends_the_proposal(self, alice, maker, checker):
        first, second = propose(alice, maker, roles.KYC), propose(alice, checker, roles.AUDITOR)
        approve(first, checker)
        with pytest.raises(refusals.ApprovalStale):
            approve(second, maker)
        assert standing(alice) == ([roles.KYC], True)

    @pytest.mark.parametrize("group", [roles.KYC, roles.AUDITOR, None])
    def test_others_propose_none(self, alice, group):
        other = make_staff("other", *([group] if group else []))
        with pytest.raises(refusals.NotPermitted):
            propose(alice, other, roles.OPERATIONS)
        assert not Approval.objects.filter(kind="role").exists()

    @pytest.mark.parametrize("group", [roles.KYC, roles.AUDITOR, None])
    def test_others_decide_nothing_by_service_or_post(self, alice, maker, signed_in, group):
        other = make_staff("other", *([group] if group else []))
        made = propose(alice, maker, roles.KYC)
        kept = Approval.objects.filter(pk=made.pk).values().get()
        with pytest.raises(refusals.NotPermitted):
            approve(made, other)
        browser = signed_in(other)
        sent = {"shown_sha256": made.payload_sha256, "comment": REASON}
        for verb in ("approve", "reject", "withdraw"):
            address = reverse(f"admin:approvals_approval_{verb}", args=[made.pk])
            assert browser.post(address, sent).status_code == 403
        assert Approval.objects.filter(pk=made.pk).values().get() == kept
        assert standing(alice) == ([], False)

    def test_unknown_ones_and_no_change_are_refused(self, alice, maker):
        with pytest.raises(ValidationFailed):
            propose(alice, maker, "emperor")
        with pytest.raises(AccessUnchanged):
            propose(alice, maker)
        assert not Approval.objects.filter(kind="role").exists()

    def test_who_cannot_sign_in_gets_none(self, maker):
        imported = User.objects.create(external_ref="old:1")
        with pytest.raises(ValidationFailed):
            propose(imported, maker, roles.KYC)
        assert standing(imported) == ([], False)

    def test_a_change_ends_sessions_and_tokens(self, alice, maker, checker, signed_in):
        browser, pair = signed_in(alice), tokens.issue(user=alice)
        assert browser.get("/").status_code == 200
        approve(propose(alice, maker, roles.KYC), checker)
        assert token_selectors.find_user(pair.access) is None
        assert not AccessToken.objects.filter(user=alice).exists()
        answer = browser.get("/")
        assert answer.status_code == 302
        assert "/accounts/login/" in answer["Location"]
