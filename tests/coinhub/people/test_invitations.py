"""A link by e-mail, once, for three days; the first staff of an installation by a command."""

import re
from datetime import datetime, timedelta
from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.management import CommandError, call_command

from coinhub.approvals.models import Approval
from coinhub.approvals.refusals import NotPermitted, ReasonTooShort
from coinhub.core.errors import ValidationFailed
from coinhub.events.models import AuditEvent
from coinhub.people import grants, invitations
from coinhub.people.refusals import AccessUnchanged, PersonExists
from coinhub.users import roles
from coinhub.users.models import User
from tests.coinhub.people.conftest import REASON, actor_of
from tests.conftest import make_staff

LINK = re.compile(r"https?://\S+?(/invitation/\S+)")
GOOD = "seven horses and a mill"
EMAIL = "new@example.com"


def invite(maker, *, email=EMAIL, names=(roles.KYC,), reason=REASON):
    return invitations.invite(
        email=email, name="Nora New", roles=names, reason=reason, maker=maker,
        actor=actor_of(maker),
    )  # fmt: skip


def way(text):
    return LINK.search(text)[1]


def choose(client, address, password=GOOD, again=None):
    sent = {"new_password1": password, "new_password2": password if again is None else again}
    return client.post(address, sent)


class TestInvite:
    def test_mails_a_link_and_proposes_the_roles(self, maker):
        person = invite(maker)
        assert (person.is_staff, person.has_usable_password()) == (False, False)
        (letter,) = mail.outbox
        assert letter.to == [EMAIL]
        assert LINK.search(letter.body)
        waiting = Approval.objects.get(kind="role", target_id=str(person.pk))
        assert (waiting.state, waiting.payload["after"]) == ("pending", [roles.KYC])
        assert AuditEvent.objects.get(action="person.invited").actor == maker

    def test_the_link_sets_the_password_once(self, maker, client):
        person = invite(maker)
        address = way(mail.outbox[0].body)
        shown = client.get(address)
        assert shown.status_code == 200
        assert EMAIL in shown.content.decode()
        answer = choose(client, address)
        assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/")
        person.refresh_from_db()
        assert person.check_password(GOOD)
        assert EmailAddress.objects.get(user=person).verified
        for again in (client.get(address), choose(client, address, "another good password")):
            assert again.status_code == 403
        person.refresh_from_db()
        assert person.check_password(GOOD)
        assert not person.is_staff

    @pytest.mark.parametrize(
        ("password", "again"),
        [
            ("short", None),
            ("fourteen signs", None),
            (GOOD, GOOD + "x"),
            ("", ""),
            ("password" * 3, None),
        ],
    )
    def test_a_bad_password_is_refused_and_the_link_stays(self, maker, client, password, again):
        person = invite(maker)
        address = way(mail.outbox[0].body)
        assert choose(client, address, password, again).status_code == 400
        person.refresh_from_db()
        assert not person.has_usable_password()
        assert choose(client, address).status_code == 302

    def test_a_link_of_three_days_ago_another_persons_or_made_up_is_refused(
        self, maker, client, monkeypatch
    ):
        person, other = invite(maker), invite(maker, email="other@example.com")
        address = way(mail.outbox[0].body)
        made_up = address.replace(str(person.pk), str(other.pk))
        locked = User.objects.filter(pk=person.pk)
        assert client.get(made_up).status_code == 403
        assert client.get(address[:-2] + "x/").status_code == 403
        locked.update(is_active=False)
        assert client.get(address).status_code == 403
        locked.update(is_active=True)
        assert client.get(address).status_code == 200
        later = datetime.now() + timedelta(days=3, minutes=1)  # noqa: DTZ005  # as Django does
        monkeypatch.setattr(invitations.TOKENS, "_now", lambda: later)
        assert client.get(address).status_code == 403
        assert choose(client, address).status_code == 403
        person.refresh_from_db()
        assert not person.has_usable_password()

    def test_refuses_who_is_there_who_may_not_and_what_is_no_mail(self, maker, alice):
        for email in (alice.email, alice.email.upper(), f" {alice.email} "):
            with pytest.raises(PersonExists):
                invite(maker, email=email)
        for other in (make_staff("kim", roles.KYC), make_staff("ada", roles.AUDITOR)):
            with pytest.raises(NotPermitted):
                invite(other)
        with pytest.raises(ValidationFailed):
            invite(maker, email="no mail")
        with pytest.raises(ValidationFailed):
            invite(maker, names=["emperor"])
        with pytest.raises(ReasonTooShort):
            invite(maker, reason="no")
        assert mail.outbox == []
        assert not User.objects.filter(email=EMAIL).exists()
        assert not Approval.objects.filter(kind="role").exists()

    def test_is_sent_again_until_it_is_used(self, maker, client):
        person = invite(maker)
        invitations.invite_again(person=person, maker=maker, actor=actor_of(maker))
        first, second = (way(letter.body) for letter in mail.outbox)
        choose(client, second)
        assert client.get(first).status_code == 403
        person.refresh_from_db()
        with pytest.raises(AccessUnchanged):
            invitations.invite_again(person=person, maker=maker, actor=actor_of(maker))
        assert len(mail.outbox) == 2


def create(*arguments):
    said = StringIO()
    call_command("create_staff", *arguments, stdout=said)
    return said.getvalue()


class TestCommand:
    def test_makes_the_first_staff_with_a_link(self, db, client):
        said = create(EMAIL, "--role", "operations", "--role", "kyc", "--name", "Nora")
        person = User.objects.get(email=EMAIL)
        assert (person.is_staff, person.is_superuser) == (True, False)
        assert grants.roles_of(person) == ["kyc", "operations"]
        assert choose(client, way(said)).status_code == 302
        assert AuditEvent.objects.filter(action="person.created_by_command").count() == 1

    def test_stops_when_two_can_give_roles_and_can_be_forced(self, maker, checker):
        with pytest.raises(CommandError, match="STAFF_EXISTS") as caught:
            create(EMAIL, "--role", "operations")
        assert caught.value.returncode == 1
        assert not User.objects.filter(email=EMAIL).exists()
        create(EMAIL, "--role", "operations", "--force")
        assert User.objects.get(email=EMAIL).is_staff
        assert AuditEvent.objects.filter(action="person.created_by_force").count() == 1

    def test_takes_nobody_who_is_there_and_no_other_role(self, alice):
        with pytest.raises(CommandError, match="PERSON_EXISTS"):
            create(alice.email, "--role", "operations")
        with pytest.raises(CommandError):
            create(EMAIL, "--role", "superuser")
        alice.refresh_from_db()
        assert not alice.is_staff
        assert not User.objects.filter(email=EMAIL).exists()

    def test_who_is_made_so_is_led_to_a_second_factor_before_anything_else(self, db, client):
        address = way(create(EMAIL, "--role", "operations"))
        choose(client, address)
        client.post("/accounts/login/", {"login": EMAIL, "password": GOOD})
        answer = client.get("/admin/", follow=True)
        assert "/settings/second-factor/" in answer.request["PATH_INFO"]
