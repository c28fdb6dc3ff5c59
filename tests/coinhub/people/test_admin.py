"""People's pages: the buttons, who sees them, and that a look is recorded."""

import pytest
from django.core import mail
from django.urls import reverse

from coinhub.approvals.models import Approval
from coinhub.events.models import AuditEvent
from coinhub.people import locks
from coinhub.users import roles
from coinhub.users.models import User
from tests.coinhub.people.conftest import REASON, actor_of
from tests.conftest import make_staff

INVITE = "admin:users_user_invite"
NEW = {"email": "new@example.com", "name": "Nora", "roles": ["kyc"], "reason": REASON}


def page(person, verb="change"):
    return reverse(f"admin:users_user_{verb}", args=[person.pk])


class TestLooks:
    def test_are_recorded_with_who_and_where_from(self, alice, maker, signed_in):
        signed_in(maker).get(page(alice), REMOTE_ADDR="192.0.2.44")
        event = AuditEvent.objects.get(action="person.looked_at", object_id=str(alice.pk))
        assert (event.actor, event.address) == (maker, "192.0.2.44")
        assert event.request_id

    def test_that_are_refused_are_none(self, alice, bob, signed_in):
        assert signed_in(bob).get(page(alice)).status_code in (302, 403)
        assert not AuditEvent.objects.filter(action="person.looked_at").exists()


class TestButtons:
    def test_are_those_that_fit_the_person_and_the_reader(self, alice, maker, signed_in):
        browser = signed_in(maker)
        html = browser.get(page(alice)).content.decode()
        assert "Propose the roles" in html
        assert "Lock out now" in html
        assert "Send the link again" not in html
        locks.lock(person=alice, reason=REASON, maker=maker, actor=actor_of(maker))
        html = browser.get(page(alice)).content.decode()
        assert "Propose to let in again" in html
        assert "Lock out now" not in html
        for reader, person in ((maker, maker), (make_staff("ada", roles.AUDITOR), alice)):
            html = signed_in(reader).get(page(person)).content.decode()
            assert "Propose" not in html
            assert "Lock out now" not in html

    def test_roles_are_proposed(self, alice, maker, signed_in):
        answer = signed_in(maker).post(page(alice, "roles"), {"roles": ["kyc"], "reason": REASON})
        assert (answer.status_code, answer["Location"]) == (302, page(alice))
        waiting = Approval.objects.get(kind="role")
        assert (waiting.maker, waiting.payload["after"]) == (maker, ["kyc"])
        alice.refresh_from_db()
        assert not alice.is_staff

    def test_what_is_refused_is_shown_with_what_was_typed(self, alice, maker, signed_in):
        browser = signed_in(maker)
        for sent, status in (
            ({"roles": ["kyc"], "reason": "no, short"}, 400),
            ({"roles": ["emperor"], "reason": REASON}, 400),
            ({"roles": [], "reason": REASON}, 409),
        ):
            answer = browser.post(page(alice, "roles"), sent)
            assert answer.status_code == status
            assert sent["reason"] in answer.content.decode()
        assert not Approval.objects.filter(kind="role").exists()

    def test_lock_and_unlock(self, alice, maker, signed_in):
        browser = signed_in(maker)
        assert browser.post(page(alice, "lock"), {"reason": REASON}).status_code == 302
        assert not User.objects.get(pk=alice.pk).is_active
        assert browser.post(page(alice, "unlock"), {"reason": REASON}).status_code == 302
        assert not User.objects.get(pk=alice.pk).is_active
        assert Approval.objects.get(kind="unlock").state == "pending"

    @pytest.mark.parametrize("verb", ["roles", "lock", "unlock", "invite-again"])
    @pytest.mark.parametrize("group", [roles.KYC, roles.AUDITOR])
    def test_are_nothing_for_others_or_a_link(self, alice, maker, signed_in, verb, group):
        other = signed_in(make_staff("other", group))
        assert other.post(page(alice, verb), {"reason": REASON}).status_code == 403
        assert signed_in(maker).get(page(alice, verb)).status_code == 405
        assert User.objects.get(pk=alice.pk).is_active
        assert not Approval.objects.exists()

    def test_nobody_locks_themselves_by_post(self, maker, signed_in):
        answer = signed_in(maker).post(page(maker, "lock"), {"reason": REASON})
        assert answer.status_code == 403
        assert User.objects.get(pk=maker.pk).is_active


class TestInvite:
    def test_is_on_the_list_for_who_may(self, maker, signed_in):
        people = reverse("admin:users_user_changelist")
        assert reverse(INVITE) in signed_in(maker).get(people).content.decode()
        ada = make_staff("ada", roles.AUDITOR)
        assert reverse(INVITE) not in signed_in(ada).get(people).content.decode()
        assert signed_in(ada).get(reverse(INVITE)).status_code == 403
        assert signed_in(ada).post(reverse(INVITE), NEW).status_code == 403
        assert mail.outbox == []

    def test_makes_the_person_and_goes_to_their_page(self, maker, signed_in):
        browser = signed_in(maker)
        assert browser.get(reverse(INVITE)).status_code == 200
        answer = browser.post(reverse(INVITE), NEW)
        person = User.objects.get(email=NEW["email"])
        assert (answer.status_code, answer["Location"]) == (302, page(person))
        assert len(mail.outbox) == 1
        assert "Send the link again" in browser.get(page(person)).content.decode()
        assert browser.post(page(person, "invite-again")).status_code == 302
        assert len(mail.outbox) == 2

    def test_says_at_the_form_what_is_wrong(self, maker, alice, signed_in):
        browser = signed_in(maker)
        answer = browser.post(reverse(INVITE), NEW | {"email": alice.email})
        assert answer.status_code == 409
        assert "There is a person with this e-mail" in answer.content.decode()
        assert browser.post(reverse(INVITE), NEW | {"email": "x"}).status_code == 400
        assert mail.outbox == []
