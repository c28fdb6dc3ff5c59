"""A lost second factor is taken away by two, and the money waits a day afterwards."""

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.db import transaction

from coinhub.approvals import refusals
from coinhub.approvals import services as approvals
from coinhub.approvals.models import Approval
from coinhub.events.models import AuditEvent
from coinhub.people import factor_resets
from coinhub.people.refusals import AccessUnchanged, OwnAccess
from coinhub.users.models import User
from coinhub.users.selectors import tokens as token_selectors
from coinhub.users.services import second_factor, tokens
from tests.coinhub.people.conftest import REASON, actor_of
from tests.conftest import make_staff


@pytest.fixture
def alice(alice: User) -> User:
    with transaction.atomic():
        second_factor.enrol_totp(alice)
        second_factor.new_recovery_codes(alice)
    return alice


def propose(person, maker):
    return factor_resets.propose(person=person, reason=REASON, maker=maker, actor=actor_of(maker))


def approve(made, checker):
    return approvals.approve(
        made.public_id,
        checker=checker,
        shown_sha256=made.payload_sha256,
        actor=actor_of(checker),
    )


class TestReset:
    def test_takes_app_and_recovery_codes_away_and_ends_what_was_open(
        self, alice, maker, checker, django_capture_on_commit_callbacks
    ):
        pair = tokens.issue(user=alice)
        made = propose(alice, maker)
        assert second_factor.has_second_factor(alice)
        assert token_selectors.find_user(pair.access) == alice
        with django_capture_on_commit_callbacks(execute=True):
            approve(made, checker)
        assert not second_factor.has_second_factor(alice)
        assert second_factor.count_recovery_codes(alice) == 0
        assert token_selectors.find_user(pair.access) is None
        alice.refresh_from_db()
        assert alice.credentials_changed_at is not None  # withdrawals wait after it
        assert AuditEvent.objects.filter(
            action="person.second_factor_lost", object_id=str(alice.pk), actor=checker
        ).exists()
        assert [letter.to for letter in mail.outbox] == [[alice.email]]

    def test_the_maker_cannot_approve_and_nothing_has_happened(self, alice, maker):
        made = propose(alice, maker)
        with pytest.raises(refusals.MakerIsChecker):
            approve(made, maker)
        assert second_factor.has_second_factor(alice)

    def test_a_factor_set_up_meanwhile_is_not_taken(self, alice, maker, checker):
        made = propose(alice, maker)
        with transaction.atomic():
            second_factor.enrol_totp(alice)
        with pytest.raises(refusals.ApprovalStale):
            approve(made, checker)
        assert Authenticator.objects.filter(user=alice).exists()

    def test_refuses_oneself_who_has_none_and_who_may_not(self, alice, bob, maker):
        auditor = make_staff("ada", "auditor")
        with transaction.atomic():
            second_factor.enrol_totp(maker)
        for person, by, refusal in (
            (maker, maker, OwnAccess),
            (bob, maker, AccessUnchanged),
            (alice, auditor, refusals.NotPermitted),
        ):
            with pytest.raises(refusal):
                propose(person, by)
        assert not Approval.objects.filter(kind="factor_reset").exists()
