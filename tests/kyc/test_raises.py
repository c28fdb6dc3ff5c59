"""Who has tier 1 asks for tier 2: tier 1 stays at every moment, whatever is decided."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core import mail
from django.utils import timezone

from coinhub.approvals.models import Approval
from kyc.models import Case, Details, Document, DocumentFile
from kyc.models.case import OPEN, State
from kyc.refusals import CaseLocked, CaseNotInReview, DocumentNotAskedFor, RestartTooEarly
from kyc.services import cases, decisions, four_eyes, notices, raises, take_over
from tests.api_client import Caller
from tests.coinhub.api.test_schema import require_true
from tests.conftest import make_customer, make_staff, wallet_of
from tests.kyc.conftest import ADA, by, case_of, fill_in, picture, second, send
from tests.kyc.test_pages import SAID, upload
from wallets.selectors.limits import limits_of

ADDRESS = "/admin/kyc/case/"


def standing(customer):
    case = case_of(customer)
    return case.state, case.status, case.tier


def propose(office, customer):
    return four_eyes.propose_approval(
        customer_id=customer.pk,
        tier=2,
        reason="all papers fit together",
        maker=office.reviewer,
        actor=office.by,
    )


@pytest.fixture
def dave(office):
    """Tier 1, with details and documents."""
    customer = make_customer("dave", kyc="not_started")
    fill_in(customer)
    cases.submit(customer_id=customer.pk, actor=by(customer))
    decisions.approve(customer_id=customer.pk, actor=office.by)
    return customer


class TestMeanwhile:
    @pytest.mark.parametrize("state", OPEN)
    def test_money_comes_goes_and_is_limited_as_before(self, office, state):
        customer = office.raised(state).customer
        wallet, other = wallet_of(customer, funded="50.00"), make_customer("other")
        wallet_of(other, funded="50.00")
        before = Caller(customer).get("me").json()
        assert (before["kyc_status"], before["tier"]) == ("approved", 1)
        most = Decimal(before["limits"]["per_payment_max"])
        assert most == limits_of(customer.pk, 1).per_payment_max
        assert most < limits_of(customer.pk, 2).per_payment_max
        said = {"amount": "10.00", "currency": "GBP"}
        out = Caller(customer).post("transfer", {**said, "to": other.email})
        back = Caller(other).post("transfer", {**said, "to": customer.email})
        assert (out.status_code, out.json()["status"]) == (201, "COMPLETED")
        assert (back.status_code, back.json()["status"]) == (201, "COMPLETED"), "not held"
        wallet.refresh_from_db()
        assert (wallet.available, wallet.held) == (50, 0)

    @pytest.mark.parametrize("state", OPEN)
    def test_two_people_can_still_block(self, office, state):
        customer = office.raised(state).customer
        proposed = four_eyes.propose_block(
            customer_id=customer.pk,
            cause="fraud",
            reason="the papers are somebody else's",
            maker=office.reviewer,
            actor=office.by,
        )
        second(proposed.public_id, office.checker)
        assert standing(customer) == (State.BLOCKED, "rejected", 0)

    @pytest.mark.parametrize("state", [State.DRAFT, State.SUBMITTED, State.CHANGES_REQUESTED])
    def test_who_has_no_tier_is_not_blocked_before_a_look(self, office, state):
        case = office.case(state)
        with pytest.raises(CaseNotInReview):
            four_eyes.propose_block(
                customer_id=case.customer_id,
                cause="fraud",
                reason="the papers are somebody else's",
                maker=office.reviewer,
                actor=office.by,
            )
        assert case_of(case.customer).state == state


class TestDecision:
    def test_of_two_people_gives_tier_2(self, office):
        customer = office.raised(State.IN_REVIEW).customer
        with pytest.raises(CaseNotInReview, match="has tier 1 already"):
            decisions.approve(customer_id=customer.pk, actor=office.by)
        proposed = propose(office, customer)
        assert standing(customer) == (State.IN_REVIEW, "approved", 1)
        second(proposed.public_id, office.checker)
        assert standing(customer) == (State.APPROVED, "approved", 2)
        with pytest.raises(CaseLocked):
            raises.ask(customer_id=customer.pk, source_of_funds="Wages", actor=by(customer))

    def test_that_refuses_leaves_tier_1_for_another_try(self, office):
        customer = office.raised(State.IN_REVIEW).customer
        notices.tell_due()
        mail.outbox = []
        decisions.reject(customer_id=customer.pk, reason="no_answer", actor=office.by)
        assert standing(customer) == (State.APPROVED, "approved", 1)
        notices.tell_due()
        (letter,) = [one for one in mail.outbox if one.to == [customer.email]]
        assert letter.subject == "Your limits stay as they are"
        assert "What we asked for was not sent." in letter.body
        with pytest.raises(RestartTooEarly):
            raises.ask(customer_id=customer.pk, source_of_funds="Wages", actor=by(customer))
        assert standing(customer) == (State.APPROVED, "approved", 1)
        cases.restart_earlier(customer_id=customer.pk, actor=office.by)
        raises.ask(customer_id=customer.pk, source_of_funds="Wages", actor=by(customer))
        assert standing(customer) == (State.DRAFT, "approved", 1)
        send(customer, "proof_of_address", picture(text="a newer bill"))

    def test_may_be_tried_again_after_30_days(self, office):
        customer = office.raised(State.IN_REVIEW).customer
        decisions.reject(customer_id=customer.pk, reason="other", actor=office.by)
        Case.objects.filter(customer=customer).update(restart_from=timezone.now() - timedelta(1))
        raises.ask(customer_id=customer.pk, source_of_funds="Wages", actor=by(customer))
        assert case_of(customer).restart_from is None

    def test_waits_for_a_better_document_if_need_be(self, office):
        customer = office.raised(State.CHANGES_REQUESTED).customer
        send(customer, "proof_of_address", picture(text="sharper"))
        cases.submit(customer_id=customer.pk, actor=by(customer))
        assert standing(customer) == (State.SUBMITTED, "approved", 1)
        assert case_of(customer).attempts == 1


class TestWhatTierOneWasApprovedWith:
    def test_stays_as_it_is(self, office):
        customer = office.raised(State.DRAFT).customer
        with pytest.raises(DocumentNotAskedFor):
            send(customer, "id_front", picture(text="somebody else"))
        with pytest.raises(CaseLocked):
            cases.save_details(customer_id=customer.pk, person=ADA, tier=2, actor=by(customer))
        front = Document.objects.filter(case__customer=customer, kind="id_front")
        assert [one.replaced_at for one in front] == [None]

    def test_is_given_with_the_rest_by_who_was_taken_over(self, office):
        customer = make_customer(kyc="not_started")
        take_over.take_over(customer_ids=[customer.pk], tier=1)
        cases.save_details(customer_id=customer.pk, person=ADA, tier=2, actor=by(customer))
        cases.save_details(customer_id=customer.pk, person=ADA, tier=2, actor=by(customer))
        assert standing(customer) == (State.DRAFT, "approved", 1)
        for kind in ("id_front", "selfie", "proof_of_address", "tax_id"):
            send(customer, kind)
        cases.submit(customer_id=customer.pk, actor=by(customer))
        second(propose(office, customer).public_id, office.checker)
        assert standing(customer) == (State.APPROVED, "approved", 2)


class TestWithdrawal:
    def test_erases_what_was_not_sent_and_nothing_else(self, office, dave):
        raises.ask(customer_id=dave.pk, source_of_funds="Wages", actor=by(dave))
        send(dave, "tax_id")
        raises.withdraw(customer_id=dave.pk, actor=by(dave))
        assert standing(dave) == (State.APPROVED, "approved", 1)
        kept = DocumentFile.objects.filter(document__case__customer=dave)
        assert set(kept.values_list("document__kind", flat=True)) == {"id_front", "selfie"}


class TestApi:
    def test_leads_to_tier_2(self, office, dave):
        me, kim = Caller(dave), Caller(office.reviewer)
        begun = me.post("kyc/raise", {"source_of_funds": "Wages"}, key=None)
        assert begun.status_code == 200, begun.content
        require_true(begun, "kyc_raise")
        told = begun.json()
        assert (told["status"], told["state"], told["tier"]) == ("approved", "draft", 1)
        assert (told["wanted_tier"], told["missing"]) == (2, ["proof_of_address", "tax_id"])
        assert Details.objects.get(case__customer=dave).source_of_funds == "Wages"
        for kind in told["missing"]:
            send(dave, kind)
        handed_in = me.post("kyc/submit", {}, key=None).json()
        assert (handed_in["status"], handed_in["state"]) == ("approved", "submitted")
        address = f"admin/kyc/{dave.pk}/approve"
        alone = kim.post(address, {"tier": 1}, key=None)
        assert (alone.status_code, alone.json()["code"]) == (409, "CASE_NOT_IN_REVIEW")
        waits = kim.post(address, {"tier": 2, "reason": "all papers fit together"}, key=None)
        assert waits.status_code == 202
        second(Approval.objects.get(target_id=str(dave.pk)).public_id, office.checker)
        assert me.get("me").json()["tier"] == 2

    def test_says_why_it_was_refused(self, office):
        customer = office.raised(State.SUBMITTED).customer
        kim = Caller(office.reviewer)
        done = kim.post(f"admin/kyc/{customer.pk}/reject", {"reason": "other"}, key=None)
        assert (done.status_code, done.json()["status"]) == (200, "approved")
        told = Caller(customer).get("kyc").json()
        assert (told["tier"], told["wanted_tier"], told["reason"]) == (1, 1, "other")
        again = Caller(customer).post("kyc/raise", {"source_of_funds": "Wages"}, key=None)
        assert (again.status_code, again.json()["code"]) == (409, "RESTART_TOO_EARLY")

    def test_withdraws_and_refuses_where_nothing_is_asked_for(self, office, dave):
        me = Caller(dave)
        nothing = me.post("kyc/raise/withdraw", {}, key=None)
        assert (nothing.status_code, nothing.json()["code"]) == (409, "CASE_LOCKED")
        me.post("kyc/raise", {"source_of_funds": "Wages"}, key=None)
        done = me.post("kyc/raise/withdraw", {}, key=None)
        assert (done.status_code, done.json()["state"]) == (200, "approved")
        require_true(done, "kyc_raise_withdraw")
        stranger = Caller(make_customer(kyc="not_started"))
        refused = stranger.post("kyc/raise", {"source_of_funds": "Wages"}, key=None)
        assert (refused.status_code, refused.json()["code"]) == (409, "CASE_LOCKED")
        assert me.post("kyc/raise", {"source_of_funds": ""}, key=None).status_code == 400


class TestPages:
    def test_lead_the_customer_and_say_that_tier_1_stays(self, dave, signed_in):
        browser = signed_in(dave)
        assert "Ask for higher limits" in browser.get("/kyc/").content.decode()
        assert "Where does your money come from?" in browser.get("/kyc/raise/").content.decode()
        assert browser.post("/kyc/raise/", {"source_of_funds": ""}).status_code == 422
        assert standing(dave)[0] == State.APPROVED
        done = browser.post("/kyc/raise/", {"source_of_funds": "Wages"})
        assert done.headers["Location"] == "/kyc/"
        page = browser.get("/kyc/").content.decode()
        assert "Your identity is verified; you are asking for higher limits." in page
        assert page.count('type="file"') == 2, "only what is asked for in addition"
        assert upload(browser, "selfie").status_code == 422
        for kind in ("proof_of_address", "tax_id"):
            assert upload(browser, kind).status_code == 302
        assert browser.post("/kyc/submit/").status_code == 302
        page = browser.get("/kyc/").content.decode()
        assert "you can use your money as before" in page
        assert 'type="file"' not in page
        assert browser.get("/kyc/raise/").status_code == 302
        assert browser.post("/kyc/raise/", {"source_of_funds": "Gifts"}).status_code == 422
        assert browser.post("/kyc/raise/withdraw/").status_code == 422
        assert standing(dave) == (State.SUBMITTED, "approved", 1)
        overview = browser.get("/").content.decode()
        assert "We are checking your identity" not in overview

    def test_say_that_it_was_refused_and_until_when(self, office, signed_in):
        customer = office.raised(State.IN_REVIEW).customer
        decisions.reject(customer_id=customer.pk, reason="no_answer", actor=office.by)
        page = signed_in(customer).get("/kyc/").content.decode()
        for words in ("Your identity is verified.", "What we asked for was not sent.", "ask again"):
            assert words in page
        assert "Ask for higher limits" not in page

    def test_let_the_customer_leave_it(self, dave, signed_in):
        browser = signed_in(dave)
        browser.post("/kyc/raise/", {"source_of_funds": "Wages"})
        assert "Leave it at the limits I have" in browser.get("/kyc/").content.decode()
        assert browser.post("/kyc/raise/withdraw/").status_code == 302
        assert standing(dave) == (State.APPROVED, "approved", 1)

    def test_ask_who_was_taken_over_for_everything(self, office, signed_in):
        customer = make_customer(kyc="not_started")
        take_over.take_over(customer_ids=[customer.pk], tier=1)
        browser = signed_in(customer)
        assert browser.get("/kyc/raise/").headers["Location"] == "/kyc/details/"
        page = browser.get("/kyc/details/").content.decode()
        assert 'value="1"' not in re.findall(r'<select name="tier".*?</select>', page, re.S)[0]
        said = {**SAID, "source_of_funds": "Wages"}
        assert browser.post("/kyc/details/", said).status_code == 422
        assert browser.post("/kyc/details/", {**said, "tier": "2"}).status_code == 302
        assert standing(customer) == (State.DRAFT, "approved", 1)

    def test_of_the_reviewer_offer_tier_2_or_a_refusal(self, office, signed_in):
        case = office.raised(State.SUBMITTED)
        browser = signed_in(office.reviewer)
        assert case.customer.email in browser.get(ADDRESS).content.decode(), "it waits in the queue"
        browser.post(f"{ADDRESS}{case.pk}/claim/")
        page = browser.get(f"{ADDRESS}{case.pk}/change/").content.decode()
        assert "has tier 1 and asks for tier 2" in page
        assert "1: standard" not in page
        version = str(case_of(case.customer).version)
        alone = browser.post(f"{ADDRESS}{case.pk}/approve/", {"tier": "1", "version": version})
        assert alone.status_code == 409
        said = {"reason": "other", "version": version}
        assert browser.post(f"{ADDRESS}{case.pk}/reject/", said).status_code == 302
        assert standing(case.customer) == (State.APPROVED, "approved", 1)
        page = browser.get(f"{ADDRESS}{case.pk}/change/").content.decode()
        assert "Let the customer try again now" in page
        assert browser.post(f"{ADDRESS}{case.pk}/restart/").status_code == 302
        assert case_of(case.customer).restart_from is None

    def test_of_the_reviewer_are_not_for_others(self, office, signed_in):
        case = office.raised(State.SUBMITTED)
        for role in ("auditor", "operations"):
            answer = signed_in(make_staff(role, role)).post(f"{ADDRESS}{case.pk}/reject/")
            assert answer.status_code == 403
        assert standing(case.customer) == (State.SUBMITTED, "approved", 1)
