"""Time ends what nobody decided about."""

from datetime import timedelta

from django.utils import timezone

from coinhub.approvals import tasks
from coinhub.approvals.models import Approval
from coinhub.events.models import AuditEvent
from coinhub.schedule import SCHEDULE
from tests.coinhub.approvals.conftest import NotNow, propose
from tests.coinhub.approvals.test_services import old


class TestExpire:
    def test_is_asked_for_every_few_minutes(self):
        assert SCHEDULE["approvals-expire"]["task"] == tasks.expire.name

    def test_ends_what_is_due_as_the_worker(self, lamp, maker):
        fresh, due = propose(maker), old(maker)
        tasks.expire.run()
        tasks.expire.run(something_of_a_later_version=1)
        states = dict(Approval.objects.values_list("pk", "state"))
        assert states == {fresh.pk: "pending", due.pk: "expired"}
        event = AuditEvent.objects.get(action="approval.expired")
        assert (event.actor_kind, event.actor) == ("worker", None)

    def test_what_cannot_end_holds_no_other_up(self, lamp, maker):
        stuck, due = old(maker), old(maker, watts=6)
        assert stuck.expires_at - due.expires_at < timedelta(minutes=1)

        def end(approval, actor):
            if approval.pk == stuck.pk:
                raise NotNow
            lamp.ended.append(approval.state)

        lamp.ends_with = end
        tasks.expire.run()
        states = dict(Approval.objects.values_list("pk", "state"))
        assert states == {stuck.pk: "pending", due.pk: "expired"}
        assert due.expires_at < timezone.now()
