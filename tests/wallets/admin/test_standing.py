"""Emergency stops and freezes: one person engages them, at once; two lift them."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from coinhub.approvals.models import Approval
from coinhub.core.actor import Actor
from coinhub.users import roles
from tests.conftest import gbp, make_staff, use_second_factor, wallet_of
from tests.wallets.admin.forms import form_of
from wallets.ledger.errors import AccountFrozen, ServicePaused
from wallets.models import Freeze, Stop
from wallets.selectors import standings
from wallets.services import transfers

ENGAGE, FREEZE = "/admin/wallets/stop/engage/", "/admin/wallets/freeze/engage/"
WHY = "somebody tries cards that are not theirs"


@pytest.fixture
def checker(db):
    return make_staff("checker", roles.OPERATIONS)


def text_of(answer):
    return answer.content.decode().replace("\u202f", " ").replace("\u00a0", " ")


def engaged():
    return set(Stop.objects.filter(lifted_at=None).values_list("scope", "value"))


def approve(browser, waiting):
    address = reverse("admin:approvals_approval_approve", args=[waiting.pk])
    return browser.post(address, {"shown_sha256": waiting.payload_sha256})


def pay(payer, payee):
    actor = Actor(kind="customer", user_id=payer.pk)
    transfers.pay(owner_id=payer.pk, to=payee.email, amount=gbp("1.00"), actor=actor)


def nothing_moved(payer, payee):
    payer.refresh_from_db()
    payee.refresh_from_db()
    assert (payer.available, payee.available) == (5, 0)


class TestStops:
    @pytest.mark.parametrize(
        ("what", "stop"),
        [
            ("all:", ("all", "")),
            ("operation:withdrawal", ("operation", "withdrawal")),
            ("currency:BTC", ("currency", "BTC")),
        ],
    )
    def test_one_person_stops_it_at_once(self, operator, signed_in, what, stop):
        browser = signed_in(operator)
        sent = form_of(browser.get(ENGAGE), what=what, reason=WHY, message="Back at noon.")
        assert browser.post(ENGAGE, sent).status_code == 302
        assert engaged() == {stop}
        row = Stop.objects.get(lifted_at=None)
        assert (row.engaged_by, row.message, row.reason) == (operator.pk, "Back at noon.", WHY)

    def test_the_next_payment_is_refused(self, operator, alice, bob, signed_in):
        payer, payee = wallet_of(alice, funded="5.00"), wallet_of(bob)
        browser = signed_in(operator)
        browser.post(ENGAGE, form_of(browser.get(ENGAGE), what="operation:transfer", reason=WHY))
        with pytest.raises(ServicePaused):
            pay(alice, bob)
        nothing_moved(payer, payee)

    def test_every_page_says_so(self, operator, alice, signed_in):
        browser = signed_in(operator)
        sent = form_of(browser.get(ENGAGE), what="all:", reason=WHY, message="Back at noon.")
        browser.post(ENGAGE, sent)
        standings.forget()  # as the commit does, which no test has
        for reader, address in ((operator, "/admin/"), (operator, ENGAGE), (alice, "/")):
            assert "Back at noon." in text_of(signed_in(reader).get(address)), address

    def test_two_people_lift_it(self, operator, checker, signed_in):
        browser = signed_in(operator)
        browser.post(ENGAGE, form_of(browser.get(ENGAGE), what="all:", reason=WHY))
        lift = reverse("admin:wallets_stop_lift", args=[Stop.objects.get().pk])
        browser.post(lift, form_of(browser.get(lift), reason="it was a drill only"))
        waiting = Approval.objects.get(kind="lift_stop")
        assert approve(browser, waiting).status_code == 403
        assert engaged() == {("all", "")}
        approve(signed_in(checker), waiting)
        assert engaged() == set()
        assert "Lift" not in text_of(browser.get(f"/admin/wallets/stop/{Stop.objects.get().pk}/"))

    def test_what_there_is_not_cannot_be_stopped(self, operator, signed_in):
        browser = signed_in(operator)
        good = form_of(browser.get(ENGAGE), what="all:", reason=WHY)
        for wrong in ({"what": "operation:gift"}, {"what": "currency:XXX"}, {"reason": "x"}):
            answer = browser.post(ENGAGE, good | wrong)
            assert (answer.status_code, bool(answer.context["form"].errors)) == (400, True)
        assert engaged() == set()

    @pytest.mark.parametrize("who", ["auditor", "reviewer"])
    def test_others_stop_and_lift_nothing(self, who, operator, signed_in, request):
        browser = signed_in(request.getfixturevalue(who))
        assert browser.get(ENGAGE).status_code == 403
        assert browser.post(ENGAGE, {"what": "all:", "reason": WHY}).status_code == 403
        assert engaged() == set()

    def test_a_form_from_elsewhere_stops_nothing(self, operator):
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(operator)
        use_second_factor(browser, operator)
        assert browser.post(ENGAGE, {"what": "all:", "reason": WHY}).status_code == 403
        assert engaged() == set()

    def test_without_the_second_factor_staff_reach_nothing(self, superuser):
        browser = Client()
        browser.force_login(superuser)
        answer = browser.post(ENGAGE, {"what": "all:", "reason": WHY})
        assert answer.status_code in (302, 403)
        assert engaged() == set()

    def test_a_busy_database_is_told_at_the_form(self, operator, signed_in, monkeypatch):
        def busy(**_):
            raise OperationalError("deadlock detected")

        monkeypatch.setattr("wallets.services.stops.engage", busy)
        browser = signed_in(operator)
        answer = browser.post(ENGAGE, form_of(browser.get(ENGAGE), what="all:", reason=WHY))
        assert answer.status_code == 503
        assert "please try again" in text_of(answer)


class TestFreezes:
    def freeze(self, browser, customer, **more):
        return browser.post(
            FREEZE, form_of(browser.get(FREEZE), customer=customer.email, reason=WHY, **more)
        )

    def test_one_person_freezes_at_once(self, operator, alice, bob, signed_in):
        payer, payee = wallet_of(alice, funded="5.00"), wallet_of(bob)
        assert self.freeze(signed_in(operator), alice, kind="debit").status_code == 302
        row = Freeze.objects.get()
        assert (row.customer, row.kind, row.frozen_by) == (alice, "debit", operator.pk)
        assert row.review_on <= timezone.now().date() + timedelta(days=31)
        with pytest.raises(AccountFrozen):
            pay(alice, bob)
        nothing_moved(payer, payee)

    def test_a_review_later_than_30_days_is_refused(self, operator, alice, signed_in):
        late = (timezone.now().date() + timedelta(days=40)).isoformat()
        answer = self.freeze(signed_in(operator), alice, review_on=late)
        assert "review_on" in answer.context["form"].errors
        assert not Freeze.objects.exists()

    def test_nobody_and_staff_cannot_be_frozen(self, operator, checker, signed_in):
        answer = self.freeze(signed_in(operator), checker)
        assert "customer" in answer.context["form"].errors
        assert not Freeze.objects.exists()

    def test_two_people_lift_it(self, operator, checker, alice, signed_in):
        browser = signed_in(operator)
        self.freeze(browser, alice)
        lift = reverse("admin:wallets_freeze_lift", args=[Freeze.objects.get().pk])
        browser.post(lift, form_of(browser.get(lift), reason="it was her, she called us"))
        waiting = Approval.objects.get(kind="unfreeze")
        assert approve(browser, waiting).status_code == 403
        assert Freeze.objects.get().lifted_at is None
        approve(signed_in(checker), waiting)
        assert Freeze.objects.get().lifted_at is not None

    def test_the_persons_page_leads_there_with_the_form_filled_in(self, operator, alice, signed_in):
        browser = signed_in(operator)
        there = f"/admin/wallets/freeze/?q={alice.pk}"
        person = browser.get(reverse("admin:users_user_change", args=[alice.pk]))
        assert there in text_of(person)
        links = browser.get(there).context["deed_links"]
        form = browser.get(links[0][1]).context["form"]
        assert form["customer"].value() == str(alice.pk)

    @pytest.mark.parametrize("who", ["auditor", "reviewer"])
    def test_others_freeze_nobody(self, who, alice, signed_in, request):
        browser = signed_in(request.getfixturevalue(who))
        sent = {"customer": alice.email, "kind": "full", "reason": WHY}
        assert browser.post(FREEZE, sent).status_code == 403
        assert not Freeze.objects.exists()
