"""The review screen: take a case, look, decide; and what it refuses."""

import io
import re
from datetime import timedelta

import pytest
from django.utils import timezone
from PIL import Image, ImageChops

from coinhub.approvals.models import Approval
from coinhub.events.models import AuditEvent
from kyc.models import Case, Decision, Document
from kyc.models.case import State
from kyc.services import cases, reviews
from tests.conftest import make_customer, make_staff
from tests.kyc.conftest import by, case_of, fill_in, second

ADDRESS = "/admin/kyc/case/"
ORDERS = ("claim", "release", "changes", "approve", "reject", "restart", "block", "unblock")


@pytest.fixture
def carol(committed_db):
    customer = make_customer("carol", kyc="not_started")
    fill_in(customer)
    cases.submit(customer_id=customer.pk, actor=by(customer))
    return customer


def page_of(case):
    return f"{ADDRESS}{case.pk}/change/"


def press(browser, case, order, **said):
    return browser.post(f"{ADDRESS}{case.pk}/{order}/", said)


class TestQueue:
    def test_shows_what_waits_with_its_age_and_how_long_there_is(self, office, carol, signed_in):
        page = signed_in(office.reviewer).get(ADDRESS).content.decode()
        assert carol.email in page
        assert "in 1 day" in page.replace("\xa0", " ")

    def test_shows_the_rest_when_it_is_asked_for(self, office, signed_in):
        case = office.case(State.APPROVED)
        browser = signed_in(office.reviewer)
        assert case.customer.email not in browser.get(ADDRESS).content.decode()
        page = browser.get(ADDRESS, {"q": case.customer.email}).content.decode()
        assert case.customer.email in page

    def test_counts_late_from_48_hours(self, office, carol, signed_in):
        Case.objects.filter(customer=carol).update(
            submitted_at=timezone.now() - timedelta(hours=50)
        )
        page = signed_in(office.reviewer).get(ADDRESS, {"q": carol.email}).content.decode()
        assert "late by 2" in page


class TestTimes:
    def test_of_what_was_decided_say_that_they_are_utc(self, office, carol, signed_in):
        browser, case = signed_in(office.reviewer), case_of(carol)
        press(browser, case, "claim")
        page = browser.get(page_of(case)).content.decode()
        clocks = re.findall(r"\b20\d\d-\d\d-\d\d \d\d:\d\d(.{4})", page)
        assert clocks
        assert set(clocks) == {" UTC"}


class TestReview:
    def test_goes_from_the_queue_to_the_approval_on_one_page(self, office, carol, signed_in):
        browser, case = signed_in(office.reviewer), case_of(carol)
        before = browser.get(page_of(case)).content.decode()
        assert "Take this case" in before
        assert "Canary-Lovelace" not in before, "nothing personal before the case is taken"
        assert press(browser, case, "claim").status_code == 302
        page = browser.get(page_of(case)).content.decode()
        assert "Ada Canary-Lovelace" in page
        for document in Document.objects.filter(case=case):
            picture = browser.get(f"{ADDRESS}pictures/{document.pk}/")
            assert picture.content.startswith(b"\xff\xd8\xff")
            assert "sandbox" in picture.headers["Content-Security-Policy"]
            assert AuditEvent.objects.filter(
                action="kyc_document.looked_at",
                object_id=str(document.pk),
                actor_id=office.reviewer.pk,
            ).exists()
        version = case_of(carol).version
        done = press(browser, case, "approve", tier="1", version=str(version))
        assert done.status_code == 302
        assert (case_of(carol).state, case_of(carol).tier) == (State.APPROVED, 1)

    def test_asks_for_documents_with_a_reason_each(self, office, carol, signed_in):
        browser, case = signed_in(office.reviewer), case_of(carol)
        press(browser, case, "claim")
        front = Document.objects.get(case=case, kind="id_front")
        selfie = Document.objects.get(case=case, kind="selfie")
        assert press(browser, case, "changes").status_code == 400, "no reason, no question"
        other = press(browser, case, "changes", **{f"reason-{front.pk}": "other"})
        assert other.status_code == 400, "`other` needs a note"
        made_up = press(browser, case, "changes", **{f"reason-{front.pk}": "ugly"})
        assert made_up.status_code == 400
        assert case_of(carol).state == State.IN_REVIEW
        said = {f"reason-{front.pk}": "blurry", f"reason-{selfie.pk}": ""}
        assert press(browser, case, "changes", **said).status_code == 302
        decision = Decision.objects.get(case=case, event="request_changes")
        assert decision.documents == {str(front.pk): {"reason": "blurry", "note": ""}}

    def test_does_not_decide_on_what_changed_since_it_was_opened(self, office, carol, signed_in):
        browser, case = signed_in(office.reviewer), case_of(carol)
        press(browser, case, "claim")
        for order in ("approve", "reject"):
            answer = press(browser, case, order, tier="1", reason="other", version="2")
            assert answer.status_code == 409
            for odd in ({}, {"version": "²"}, {"version": "٣"}):
                sent = {"tier": "1", "reason": "other", **odd}
                assert press(browser, case, order, **sent).status_code == 409
        assert case_of(carol).state == State.IN_REVIEW

    def test_leaves_a_case_to_who_took_it(self, office, carol, signed_in):
        reviews.claim(customer_id=carol.pk, actor=office.by)
        case = case_of(carol)
        other = make_staff("kate", "kyc")
        browser = signed_in(other)
        assert "has this case until" in browser.get(page_of(case)).content.decode()
        for order in ("claim", "approve", "reject", "changes", "release"):
            said = {"tier": "1", "reason": "other", "version": str(case.version)}
            assert press(browser, case, order, **said).status_code in (400, 409)
        document = Document.objects.filter(case=case).first()
        assert browser.get(f"{ADDRESS}pictures/{document.pk}/").status_code == 403
        assert case_of(carol).reviewer_id == office.reviewer.pk

    def test_a_lease_that_ended_lets_somebody_else_in(self, office, carol):
        reviews.claim(customer_id=carol.pk, actor=office.by)
        sent = case_of(carol).submitted_at
        Case.objects.filter(customer=carol).update(lease_until=timezone.now() - timedelta(1))
        other = make_staff("kate", "kyc")
        reviews.claim(customer_id=carol.pk, actor=by(other))
        case = case_of(carol)
        assert (case.reviewer_id, case.submitted_at) == (other.pk, sent), "its place is the old one"
        Case.objects.filter(customer=carol).update(lease_until=timezone.now() - timedelta(1))
        assert reviews.release_lapsed() >= 1
        assert case_of(carol).state == State.SUBMITTED
        assert reviews.release_lapsed() == 0

    @pytest.mark.parametrize("order", ORDERS)
    def test_is_posted_only_and_by_reviewers_only(self, office, signed_in, order):
        case = office.case(State.SUBMITTED)
        assert signed_in(office.reviewer).get(f"{ADDRESS}{case.pk}/{order}/").status_code == 405
        for role in ("auditor", "operations"):
            browser = signed_in(make_staff(role, role))
            assert press(browser, case, order).status_code == 403
        assert press(signed_in(case.customer), case, order).status_code == 302, "to the sign-in"
        assert case_of(case.customer).state == State.SUBMITTED

    def test_the_own_case_is_somebody_elses(self, committed_db, signed_in):
        kim = make_staff("kim", "kyc")
        fill_in(kim)
        cases.submit(customer_id=kim.pk, actor=by(kim))
        case, browser = case_of(kim), signed_in(kim)
        assert "This is your own case" in browser.get(page_of(case)).content.decode()
        for order in ("claim", "approve", "reject"):
            answer = press(browser, case, order, tier="1", reason="other", version=case.version)
            assert answer.status_code == 403
        assert case_of(kim).state == State.SUBMITTED

    def test_superusers_are_not_exempt(self, committed_db, signed_in):
        root = make_staff("root", superuser=True)
        fill_in(root)
        cases.submit(customer_id=root.pk, actor=by(root))
        answer = press(signed_in(root), case_of(root), "approve", tier="1", version="2")
        assert answer.status_code == 403
        assert case_of(root).state == State.SUBMITTED

    def test_warns_of_the_same_person_twice(self, office, carol, signed_in):
        twin = make_customer("twin", kyc="not_started")
        fill_in(twin)
        cases.submit(customer_id=twin.pk, actor=by(twin))
        browser = signed_in(office.reviewer)
        press(browser, case_of(twin), "claim")
        assert "The same tax number" in browser.get(page_of(case_of(twin))).content.decode()

    def test_a_look_at_a_decided_case_needs_a_reason(self, office, carol, signed_in):
        reviews.claim(customer_id=carol.pk, actor=office.by)
        case, kate = case_of(carol), make_staff("kate", "kyc")
        browser = signed_in(kate)
        for reason in ("", "curiosity", "support: me"):
            assert "Canary" not in browser.get(page_of(case), {"reason": reason}).content.decode()
        said = {"reason": "audit", "note": "request of the regulator"}
        page = browser.get(page_of(case), said).content.decode()
        assert "Ada Canary-Lovelace" in page
        seen = AuditEvent.objects.filter(action="kyc_case.looked_at", actor_id=kate.pk)
        assert [event.after["reason"] for event in seen] == ["audit: request of the regulator"]
        document = Document.objects.filter(case=case).first()
        assert browser.get(f"{ADDRESS}pictures/{document.pk}/", said).status_code == 200
        assert browser.get(f"{ADDRESS}pictures/{document.pk}/").status_code == 403
        offered = browser.get(page_of(case_of(office.case(State.APPROVED).customer)))
        assert '<option value="audit" selected>' in offered.content.decode()

    def test_a_picture_has_who_looked_and_when_across_it(self, office, carol, signed_in):
        reviews.claim(customer_id=carol.pk, actor=office.by)
        front = Document.objects.get(case__customer=carol, kind="id_front")
        own = signed_in(carol).get(f"/kyc/pictures/{front.pk}/").content
        seen = signed_in(office.reviewer).get(f"{ADDRESS}pictures/{front.pk}/").content
        clean, marked = Image.open(io.BytesIO(own)), Image.open(io.BytesIO(seen))
        assert marked.size == clean.size
        changed = ImageChops.difference(clean.convert("L"), marked.convert("L"))
        assert changed.getbbox() is not None
        touched = sum(changed.histogram()[12:]) / (clean.width * clean.height)
        assert 0.005 < touched < 0.25, "to be read, and what is below it, too"


class TestSecondPerson:
    def propose(self, office, carol):
        reviews.claim(customer_id=carol.pk, actor=office.by)
        return case_of(carol)

    def test_approves_tier_2(self, office, carol, signed_in):
        case = self.propose(office, carol)
        browser = signed_in(office.reviewer)
        said = {"tier": "2", "note": "all papers fit together", "version": str(case.version)}
        assert press(browser, case, "approve", **said).status_code == 302
        assert case_of(carol).state == State.IN_REVIEW, "one person is not enough"
        proposed = Approval.objects.get(target_id=str(carol.pk))
        with pytest.raises(Exception, match="proposed it"):
            second(proposed.public_id, office.reviewer)
        second(proposed.public_id, office.checker)
        assert (case_of(carol).state, case_of(carol).tier) == (State.APPROVED, 2)

    def test_finds_a_proposal_void_when_the_case_has_moved(self, office, carol, signed_in):
        case = self.propose(office, carol)
        said = {"tier": "2", "note": "all papers fit together", "version": str(case.version)}
        press(signed_in(office.reviewer), case, "approve", **said)
        reviews.release(customer_id=carol.pk, actor=office.by)
        proposed = Approval.objects.get(target_id=str(carol.pk))
        with pytest.raises(Exception, match="has changed"):
            second(proposed.public_id, office.checker)
        assert case_of(carol).state == State.SUBMITTED
        proposed.refresh_from_db()
        assert proposed.state == "stale"

    def test_blocks_and_unblocks(self, office, signed_in):
        case = office.case(State.APPROVED)
        browser = signed_in(office.reviewer)
        refused = press(browser, case, "block", cause="boredom", note="a long enough reason")
        assert refused.status_code == 400
        press(browser, case, "block", cause="court", note="order 12 of the court")
        second(Approval.objects.get(target_id=str(case.customer_id)).public_id, office.checker)
        assert (case_of(case.customer).state, case_of(case.customer).tier) == (State.BLOCKED, 0)
        press(browser, case, "unblock", note="the order was lifted")
        proposed = Approval.objects.get(target_id=str(case.customer_id), state="pending")
        second(proposed.public_id, office.checker)
        assert case_of(case.customer).state == State.IN_REVIEW


class TestAllPairs:
    """Every button at every state, over the pages."""

    LEADS = {
        ("claim", "submitted"): "in_review",
        ("approve", "submitted"): "approved",
        ("reject", "submitted"): "rejected",
        ("restart", "rejected"): "rejected",
    }

    @pytest.mark.parametrize("state", State.values)
    def test_only_listed_moves_pass(self, office, signed_in, state):
        kate = make_staff("kate", "kyc")  # somebody else than who brought the case there
        browser = signed_in(kate)
        for order in ("claim", "release", "changes", "approve", "reject", "restart"):
            case = office.case(state)
            said = {"tier": "1", "reason": "other", "version": str(case.version)}
            answer = press(browser, case, order, **said)
            if (order, state) in self.LEADS:
                assert answer.status_code == 302
                assert case_of(case.customer).state == self.LEADS[order, state]
            else:
                assert answer.status_code in (400, 409), order
                assert case_of(case.customer).state == state
