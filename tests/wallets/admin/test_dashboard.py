"""The first page of the back office: what waits, since when, and how the house stands."""

from django.urls import reverse

from coinhub.core.actor import system
from coinhub.users import roles
from tests.conftest import make_staff
from tests.questions import questions
from tests.wallets.leaving import leaver, withdraw
from wallets.models import Receipt, Transaction
from wallets.services import freezes, stops

INDEX = reverse("admin:index")
WHY = "a reason of the test"


def queues(answer):
    """Give the figures of the queues shown."""
    found = {}
    for context in answer.context or ():
        for line in context.get("waiting", ()):
            found[line["queue"].title] = (line["queue"].count, line["url"])
    return found


class TestQueues:
    def test_are_counted_and_lead_to_what_is_in_them(self, office, alice, settings):
        withdraw(leaver(is_known=False), "100.00")
        freezes.freeze(customer_id=alice.pk, kind="full", reason=WHY, actor=system())
        stops.engage(scope="currency", value="BTC", reason=WHY, actor=system())
        shown = queues(office.get(INDEX))
        assert {title: count for title, (count, _) in shown.items()} == {
            "Withdrawals to review": 1,
            "Stuck payments": 0,
            "Receipts in suspense": Receipt.objects.filter(
                state__in=("unmatched", "below_minimum")
            ).count(),
            "Frozen customers": 1,
            "Frozen wallets": 0,
            "Stops engaged": 1,
        }
        for title, (count, url) in shown.items():
            answer = office.get(url)
            assert answer.status_code == 200, title
            assert len(answer.context["cl"].result_list) == count, title

    def test_the_age_of_the_oldest_is_told(self, office):
        withdraw(leaver(is_known=False), "100.00")
        assert "The oldest since 0" in office.get(INDEX).content.decode().replace("\u00a0", " ")

    def test_what_stands_too_long_is_found(self, office, booked):
        listed = office.get(reverse("admin:wallets_transaction_changelist"), {"stuck": "1"})
        assert list(listed.context["cl"].result_list) == []
        assert Transaction.objects.filter(status="HELD").exists()

    def test_a_freeze_nobody_looked_at_again_is_told(self, office, alice, monkeypatch):
        assert "should have been looked at" not in office.get(INDEX).content.decode()
        monkeypatch.setattr("wallets.selectors.queues.count_overdue_freezes", lambda: 2)
        assert "2 freezes should have been looked at" in office.get(INDEX).content.decode()

    def test_the_auditor_sees_them_and_may_only_check(self, auditor, signed_in):
        answer = signed_in(auditor).get(INDEX)
        assert len(queues(answer)) == 6
        text = answer.content.decode()
        assert reverse("admin:integrity_run_check") in text
        assert reverse("admin:integrity_run_repair") not in text

    def test_kyc_sees_none_of_money(self, db, signed_in):
        answer = signed_in(make_staff("reviewer", roles.KYC)).get(INDEX)
        assert queues(answer) == {}
        assert "Cases in review" in answer.content.decode()

    def test_more_of_them_ask_no_more_questions(self, office):
        few = questions(lambda: office.get(INDEX))
        for _ in range(3):
            withdraw(leaver(is_known=False), "1.00")
        many = questions(lambda: office.get(INDEX))
        assert len(many) <= len(few) + 1  # the age of the oldest
