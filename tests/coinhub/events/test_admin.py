"""The audit trail in the back office: found by who, what, to what, when and words."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from coinhub.core.actor import Actor
from coinhub.events import audit, selectors
from coinhub.events.models import AuditEvent
from coinhub.users import roles
from tests.conftest import make_staff

LIST = "admin:events_auditevent_changelist"


@pytest.fixture
def auditor(db):
    return make_staff("ada", roles.AUDITOR)


def written(actor, action="lamp.lit", object_type="lamp", object_id="hall", **named):
    with transaction.atomic():
        return audit.record(
            actor=actor, action=action, object_type=object_type, object_id=object_id, **named
        )


def shown(browser, **query):
    answer = browser.get(reverse(LIST, query=query))
    assert answer.status_code == 200, query
    return {event.pk for event in answer.context["cl"].result_list}


class TestAuditTrail:
    def test_is_found_by_who_what_object_request_and_words(self, auditor, alice, signed_in):
        mia = make_staff("mia")
        by_mia = Actor("staff", mia.pk, "0123456789abcdef01234567", "192.0.2.7")
        key = str(uuid4())
        first = written(by_mia, object_id=key, after={"colour": "Amber", "watts": "40"}).pk
        second = written(Actor("customer", alice.pk), "lamp.broken", before={"colour": "red"}).pk
        browser = signed_in(auditor)
        ours = {first, second}
        for query, expected in (
            ({"q": mia.email}, {first}),
            ({"q": "lamp."}, {first, second}),
            ({"q": "lamp.broken"}, {second}),
            ({"q": key}, {first}),
            ({"q": "hall"}, {second}),
            ({"q": "0123456789abcdef01234567"}, {first}),
            ({"q": "amber"}, {first}),
            ({"q": "nothing of the kind"}, set()),
            ({"q": "100%_'\\\""}, set()),
            ({"object_type": "lamp"}, {first, second}),
            ({"object_type": "lamp", "actor_kind": "customer"}, {second}),
            ({"object_type": "lamp", "days": "1"}, {first, second}),
            ({"actor__id__exact": str(mia.pk), "actor_kind": "staff"}, {first}),
        ):
            assert shown(browser, **query) & ours == expected, query

    def test_knows_periods(self, auditor, signed_in):
        old = AuditEvent.objects.create(
            shard=0, occurred_at=timezone.now() - timedelta(days=8), actor_kind="system",
            action="lamp.lit", object_type="lamp", object_id="old",
        ).pk  # fmt: skip
        browser = signed_in(auditor)
        assert old not in shown(browser, object_type="lamp", days="7")
        assert old in shown(browser, object_type="lamp", days="30")

    def test_shows_the_checksum_and_that_it_agrees(self, auditor, signed_in):
        event = written(Actor("staff", auditor.pk, "r", "192.0.2.7"), before={"a": 1})
        event.refresh_from_db()
        page = reverse("admin:events_auditevent_change", args=[event.pk])
        html = signed_in(auditor).get(page).content.decode()
        assert bytes(event.checksum).hex() in html
        assert 'alt="True"' in html
        assert "192.0.2.7" in html

    def test_lists_the_kinds_of_objects_once_each(self, auditor):
        for kind in ("lamp", "lamp", "kettle", "zebra"):
            written(Actor("system"), object_type=kind)
        names = selectors.list_object_types()
        assert names == sorted(set(names))
        assert {"kettle", "lamp", "zebra"} <= set(names)

    def test_nobody_changes_it(self, auditor, signed_in):
        event = written(Actor("system"))
        browser = signed_in(make_staff("root", superuser=True))
        for page in ("change", "delete"):
            address = reverse(f"admin:events_auditevent_{page}", args=[event.pk])
            assert browser.post(address, {"post": "yes", "action": "x"}).status_code == 403
        assert AuditEvent.objects.get(pk=event.pk).action == "lamp.lit"
