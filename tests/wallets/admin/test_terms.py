"""Fees and limits in the back office: proposed by one, approved by another, never changed."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from coinhub.approvals import services as approvals
from coinhub.approvals.models import Approval
from coinhub.approvals.refusals import ApprovalExists, ApprovalStale, CheckerIsParty, MakerIsChecker
from coinhub.core.actor import Actor, system
from coinhub.core.money import Money
from coinhub.events.models import AuditEvent
from coinhub.users import roles
from tests.conftest import make_staff, use_second_factor
from tests.wallets.services.test_destinations import PLACES
from wallets.models import Fee, Limit
from wallets.selectors import fees, limits
from wallets.services import destinations, proposed_terms, terms

ADD_FEE, ADD_LIMIT = "/admin/wallets/fee/add/", "/admin/wallets/limit/add/"
FEE = {
    "operation": "withdrawal",
    "currency": "BTC",
    "fixed": "0.0001",
    "bps": "5",
    "minimum": "0",
    "maximum": "",
    "valid_from_0": "",
    "valid_from_1": "",
    "reason": "as decided on Monday",
}
LIMIT = {
    "name": "volume_24h",
    "tier": "1",
    "customer": "",
    "maximum": "20000",
    "valid_from_0": "",
    "valid_from_1": "",
    "expires_at_0": "",
    "expires_at_1": "",
    "reason": "as decided on Monday",
}


@pytest.fixture
def checker(db):
    return make_staff("checker", roles.OPERATIONS)


def actor_of(user):
    return Actor(kind="staff", user_id=user.pk, request_id="r-1")


def proposals():
    """Proposals of terms: tests of other kinds commit theirs for good."""
    return Approval.objects.filter(kind__in=("fee", "limit"))


def rows():
    return Fee.objects.count(), Limit.objects.count()


def approve(checker):
    waiting = proposals().get()
    return approvals.approve(
        waiting.public_id,
        checker=checker,
        shown_sha256=waiting.payload_sha256,
        actor=actor_of(checker),
    )


def in_days(days):
    return timezone.now() + timedelta(days=days)


def exception(customer, days=30):
    ends = in_days(days)
    own = {"tier": "", "customer": str(customer.pk), "reason": "asked by phone"}
    return LIMIT | own | {"expires_at_0": f"{ends:%Y-%m-%d}", "expires_at_1": f"{ends:%H:%M:%S}"}


class TestProposing:
    def test_a_fee_counts_once_another_has_approved_it(self, operator, checker, signed_in):
        before = rows()
        answer = signed_in(operator).post(ADD_FEE, FEE)
        waiting = proposals().get()
        assert answer.url == reverse("admin:approvals_approval_change", args=[waiting.pk])
        assert (waiting.kind, waiting.maker, waiting.state) == ("fee", operator, "pending")
        assert rows() == before
        approve(checker)
        fee = Fee.objects.latest("pk")
        assert (fee.fixed, fee.bps, fee.created_by) == (Decimal("0.0001"), 5, checker)
        fees.forget()
        charged = fees.fee_for("withdrawal", Money(Decimal(1), "BTC"))
        assert charged.amount == Decimal("0.0006")

    def test_the_page_of_the_proposal_says_every_member(self, operator, signed_in):
        browser = signed_in(operator)
        browser.post(ADD_FEE, FEE)
        page = reverse("admin:approvals_approval_change", args=[proposals().get().pk])
        text = browser.get(page).content.decode()
        for told in ("withdrawal", "BTC", "0.0001", "no maximum", "as soon as it is approved"):
            assert told in text

    @pytest.mark.parametrize(("address", "sent"), [(ADD_FEE, FEE), (ADD_LIMIT, LIMIT)])
    def test_a_proposal_without_a_fresh_proof_keeps_what_was_typed(
        self, operator, signed_in, address, sent
    ):
        browser, before = signed_in(operator), (rows(), proposals().count())
        session = browser.session
        session["account_authentication_methods"][0]["at"] -= 400
        session.save()
        answer = browser.post(address, sent)
        html = answer.content.decode()
        assert answer.status_code == 403
        assert "Prove with your second factor" in html
        assert 'value="as decided on Monday"' in html
        figure = sent["fixed"] if address == ADD_FEE else sent["maximum"]
        assert f'value="{figure}"' in html
        assert (rows(), proposals().count()) == before
        use_second_factor(browser, operator)
        assert browser.post(address, sent).status_code == 302
        assert proposals().count() == before[1] + 1

    def test_a_limit_of_a_tier_counts_once_approved(self, operator, checker, alice, signed_in):
        signed_in(operator).post(ADD_LIMIT, LIMIT)
        assert limits.limits_of(alice.pk, 1).volume_24h == 10_000
        approve(checker)
        limits.forget()
        assert limits.limits_of(alice.pk, 1).volume_24h == 20_000

    def test_an_exception_of_a_customer_keeps_its_end_and_reason(
        self, operator, checker, alice, signed_in
    ):
        answer = signed_in(operator).post(ADD_LIMIT, exception(alice))
        assert answer.status_code == 302
        approve(checker)
        limit = Limit.objects.latest("pk")
        assert (limit.customer, limit.reason) == (alice, "asked by phone")
        assert limit.expires_at > in_days(29)

    def test_the_maker_and_the_customer_approve_nothing(
        self, operator, checker, superuser, alice, signed_in
    ):
        before = rows()
        signed_in(operator).post(ADD_LIMIT, exception(alice))
        with pytest.raises(MakerIsChecker):
            approve(operator)
        alice.is_staff = alice.is_superuser = True
        alice.save(update_fields=["is_staff", "is_superuser"])
        with pytest.raises(CheckerIsParty):
            approve(alice)
        assert rows() == before

    def test_another_row_meanwhile_makes_the_proposal_stale(self, operator, checker, signed_in):
        signed_in(operator).post(ADD_FEE, FEE)
        payload = {"operation": "withdrawal", "currency": "BTC", "bps": 1}
        terms.set_fee(payload=payload, actor=system())
        with pytest.raises(ApprovalStale):
            approve(checker)
        assert Fee.objects.latest("pk").bps == 1

    def test_the_same_proposal_again_is_told_and_not_made(self, operator, signed_in):
        browser = signed_in(operator)
        browser.post(ADD_FEE, FEE)
        answer = browser.post(ADD_FEE, FEE)
        assert answer.status_code == ApprovalExists.status
        html = answer.content.decode()
        assert ApprovalExists.title in html
        assert 'value="as decided on Monday"' in html
        assert proposals().count() == 1

    @pytest.mark.parametrize(
        "wrong",
        [
            {"operation": "gift"},
            {"fixed": "0.000000001"},
            {"fixed": "-1"},
            {"fixed": "NaN"},
            {"bps": "10001"},
            {"bps": "1.5"},
            {"currency": ""},
            {"minimum": "2", "maximum": "1"},
            {"reason": "because"},
        ],
    )
    def test_a_fee_that_cannot_be_is_refused_at_the_form(self, operator, signed_in, wrong):
        answer = signed_in(operator).post(ADD_FEE, FEE | wrong)
        assert answer.status_code == 200
        assert answer.context["errors"]
        assert proposals().count() == 0

    @pytest.mark.parametrize(
        "wrong",
        [
            {"name": "speed"},
            {"tier": "3"},
            {"maximum": "-1"},
            {"name": "payments_1h", "maximum": "1.5"},
            {"expires_at_0": "2030-01-01", "expires_at_1": "00:00:00"},
            {"customer": "00000000-0000-4000-8000-000000000000"},
        ],
    )
    def test_a_limit_that_cannot_be_is_refused_at_the_form(self, operator, signed_in, wrong):
        answer = signed_in(operator).post(ADD_LIMIT, LIMIT | wrong)
        assert answer.status_code == 200
        assert answer.context["errors"]
        assert proposals().count() == 0

    def test_an_exception_longer_than_90_days_is_refused(self, operator, alice, signed_in):
        answer = signed_in(operator).post(ADD_LIMIT, exception(alice, days=91))
        assert answer.context["errors"]
        assert proposals().count() == 0

    @pytest.mark.parametrize("who", ["auditor", "reviewer"])
    def test_others_propose_nothing(self, who, signed_in, request):
        browser = signed_in(request.getfixturevalue(who))
        assert browser.post(ADD_FEE, FEE).status_code == 403
        assert browser.post(ADD_LIMIT, LIMIT).status_code == 403
        assert proposals().count() == 0


class TestRows:
    def test_lists_say_which_row_counts(self, office):
        for bps in (1, 2):
            payload = {"operation": "transfer", "currency": "GBP", "bps": bps}
            terms.set_fee(payload=payload, actor=system())
        page = office.get(reverse("admin:wallets_fee_changelist"))
        shown = [(fee.bps, fee.is_counting) for fee in page.context["cl"].result_list]
        assert shown[:2] == [(2, True), (1, False)]

    @pytest.mark.parametrize("what", ["fee", "limit"])
    def test_a_superuser_changes_and_deletes_none(self, office, what):
        terms.set_fee(payload={"operation": "transfer", "bps": 3}, actor=system())
        terms.set_limit(payload={"name": "volume_24h", "maximum": "5"}, actor=system())
        row = {"fee": Fee, "limit": Limit}[what].objects.latest("pk")
        before = rows()
        page = reverse(f"admin:wallets_{what}_change", args=[row.pk])
        assert office.get(page).status_code == 200
        assert office.post(page, {"bps": "0", "maximum": "9"}).status_code == 403
        gone = reverse(f"admin:wallets_{what}_delete", args=[row.pk])
        assert office.post(gone, {"post": "yes"}).status_code == 403
        assert rows() == before
        row.refresh_from_db()
        assert getattr(row, "bps", None) == (3 if what == "fee" else None)


class TestDestinations:
    def test_are_shown_by_their_ends_and_the_look_is_recorded(self, operator, alice, signed_in):
        place = destinations.read_place(PLACES["GBP"])
        with transaction.atomic():
            destinations.write(alice, place, actor=system())
        row = alice.destinations.get()
        browser = signed_in(operator)
        page = browser.get(reverse("admin:wallets_destination_change", args=[row.pk]))
        lists = browser.get(
            reverse("admin:wallets_destination_changelist", query={"q": alice.email})
        )
        for answer in (page, lists):
            text = answer.content.decode()
            assert "GB82WE…5432" in text
            assert place.address not in text
            assert "pending" in text
        look = AuditEvent.objects.exclude(object_id="list").get(
            action="destination.looked_at", actor=operator
        )
        assert (look.actor, look.object_id) == (operator, str(row.public_id))


def test_a_proposal_needs_the_permission(auditor, actor):
    payload = {"operation": "transfer", "bps": 3}
    with pytest.raises(Exception, match="permi|role|not") as refused:
        proposed_terms.propose_fee(
            payload=payload, reason="as decided on Monday", maker=auditor, actor=actor
        )
    assert refused.value.status == 403
    assert proposals().count() == 0
