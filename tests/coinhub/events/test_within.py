"""News inside a transaction: everybody who subscribed hears it, and anybody may refuse it."""

import pytest
from django.db import transaction

from coinhub.core.errors import NotYours
from coinhub.events import within
from coinhub.events.models import OutboxEvent


@pytest.fixture(autouse=True)
def _own_subscribers(monkeypatch):
    monkeypatch.setattr(within, "_subscribers", {})


@transaction.atomic
def approve():
    OutboxEvent.objects.create(shard=0, type="within.test", object_id="1")
    within.tell("case.approved")


@pytest.mark.django_db
class TestNews:
    def test_reaches_those_who_subscribed_once_each_in_their_order(self):
        heard = []

        def first(*, case):
            heard.append(("first", case))

        within.subscribe("case.approved", first)
        within.subscribe("case.approved", lambda *, case: heard.append(("second", case)))
        within.subscribe("case.approved", first)
        within.subscribe("case.rejected", lambda **_: heard.append("wrong"))
        with transaction.atomic():
            within.tell("case.approved", case=7)
        assert heard == [("first", 7), ("second", 7)]

    def test_that_nobody_waits_for_is_told_to_nobody(self):
        with transaction.atomic():
            within.tell("nothing.happened")

    def test_needs_the_transaction_of_who_tells_it(self):
        with pytest.raises(RuntimeError):
            within.tell("case.approved")

    def test_that_is_refused_undoes_what_it_tells_of(self):
        def refuse(**_):
            raise NotYours

        within.subscribe("case.approved", refuse)
        with pytest.raises(NotYours):
            approve()
        assert not OutboxEvent.objects.filter(type="within.test").exists()
