"""One person locks out, at once and everywhere; letting in again takes two."""

import pytest

from coinhub.approvals import refusals
from coinhub.approvals import services as approvals
from coinhub.approvals.models import Approval
from coinhub.events.models import AuditEvent, OutboxEvent
from coinhub.people import locks
from coinhub.people.refusals import AccessUnchanged, OwnAccess
from coinhub.users import roles
from coinhub.users.models import ApiKey, User
from coinhub.users.selectors import api_keys as key_selectors
from coinhub.users.selectors import tokens as token_selectors
from coinhub.users.services import api_keys, tokens
from coinhub.users.services.tokens import TokenInvalid
from tests.coinhub.people.conftest import REASON, actor_of
from tests.conftest import make_staff


def lock(person, maker, reason=REASON):
    locks.lock(person=person, reason=reason, maker=maker, actor=actor_of(maker))


def is_in(person):
    return User.objects.get(pk=person.pk).is_active


class TestLock:
    def test_ends_sessions_tokens_and_api_keys_at_once(self, alice, maker, signed_in):
        browser, pair = signed_in(alice), tokens.issue(user=alice)
        made, text = api_keys.create(
            user=alice, wish=api_keys.Wish("mine"), confirmation_id=None, actor=actor_of(alice)
        )
        assert browser.get("/").status_code == 200
        assert token_selectors.find_user(pair.access) == alice
        assert key_selectors.find_key(text) is not None
        lock(alice, maker)
        assert "/accounts/login/" in browser.get("/")["Location"]
        assert token_selectors.find_user(pair.access) is None
        assert key_selectors.find_key(text) is None
        with pytest.raises(TokenInvalid):
            tokens.refresh(token=pair.refresh)
        assert ApiKey.objects.get(pk=made.pk).revoked_at is not None

    def test_is_recorded_and_told_with_its_reason(self, alice, maker):
        lock(alice, maker)
        event = AuditEvent.objects.get(action="person.locked", object_id=str(alice.pk))
        assert (event.actor, event.address) == (maker, "192.0.2.7")
        assert event.before == {"is_active": True}
        assert event.after == {"is_active": False, "reason": REASON}
        assert OutboxEvent.objects.filter(type="person.locked", object_id=str(alice.pk)).exists()

    def test_what_ended_does_not_come_back_with_the_person(self, alice, maker, checker, signed_in):
        browser, pair = signed_in(alice), tokens.issue(user=alice)
        lock(alice, maker)
        unlock(alice, maker, checker)
        assert is_in(alice)
        assert browser.get("/").status_code == 302
        assert token_selectors.find_user(pair.access) is None
        assert signed_in(User.objects.get(pk=alice.pk)).get("/").status_code == 200

    def test_staff_lose_the_back_office(self, maker, checker, signed_in):
        browser = signed_in(checker)
        assert browser.get("/admin/").status_code == 200
        lock(checker, maker)
        assert browser.get("/admin/").status_code == 302

    def test_refuses_oneself_others_no_reason_and_twice(self, alice, maker):
        with pytest.raises(OwnAccess):
            lock(maker, maker)
        for other in (make_staff("kim", roles.KYC), make_staff("ada", roles.AUDITOR), alice):
            with pytest.raises(refusals.NotPermitted):
                lock(alice, other)
        with pytest.raises(refusals.ReasonTooShort):
            lock(alice, maker, "no")
        assert is_in(alice)
        assert is_in(maker)
        lock(alice, maker)
        with pytest.raises(AccessUnchanged):
            lock(alice, maker)
        assert AuditEvent.objects.filter(action="person.locked").count() == 1


def unlock(person, maker, checker):
    person.refresh_from_db()
    made = locks.propose_unlock(person=person, reason=REASON, maker=maker, actor=actor_of(maker))
    return approvals.approve(
        made.public_id,
        checker=checker,
        shown_sha256=made.payload_sha256,
        actor=actor_of(checker),
    )


class TestUnlock:
    def test_takes_two(self, alice, maker, checker):
        lock(alice, maker)
        with pytest.raises(refusals.MakerIsChecker):
            unlock(alice, maker, maker)
        assert not is_in(alice)
        waiting = Approval.objects.get(kind="unlock")
        approvals.withdraw(waiting.public_id, maker=maker, actor=actor_of(maker))
        unlock(alice, maker, checker)
        assert is_in(alice)
        event = AuditEvent.objects.get(action="person.unlocked", object_id=str(alice.pk))
        assert event.actor == checker

    def test_needs_somebody_who_is_locked(self, alice, maker):
        with pytest.raises(AccessUnchanged):
            locks.propose_unlock(person=alice, reason=REASON, maker=maker, actor=actor_of(maker))
        assert not Approval.objects.filter(kind="unlock").exists()
