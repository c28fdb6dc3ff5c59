"""An approval is one decision and one release, however often and at once it is pressed."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections

from coinhub.core.errors import DomainError, NotYours
from coinhub.events import within
from coinhub.events.models import AuditEvent, OutboxEvent
from kyc.models import Decision
from kyc.models.case import State
from kyc.refusals import CaseClaimed, CaseNotInReview, NoTriesLeft
from kyc.services import cases, decisions, documents, reviews
from tests.api_client import Caller
from tests.coinhub.api.test_schema import require_true
from tests.conftest import make_customer, make_staff
from tests.kyc.conftest import by, case_of, fill_in, picture, send


@pytest.fixture
def heard(monkeypatch):
    """Listen beside those who listen already."""
    told = []
    known = {news: list(those) for news, those in within._subscribers.items()}
    monkeypatch.setattr(within, "_subscribers", known)
    within.subscribe(decisions.APPROVED, lambda *, case, actor: told.append(case.customer_id))
    return told


class TestApproval:
    def test_is_decided_told_and_audited_once(self, office, heard):
        case = office.case(State.IN_REVIEW)
        decisions.approve(customer_id=case.customer_id, actor=office.by, tier=1)
        with pytest.raises(CaseNotInReview):
            decisions.approve(customer_id=case.customer_id, actor=office.by, tier=1)
        pk = str(case.customer_id)
        assert heard == [case.customer_id]
        assert Decision.objects.filter(case=case, event="approve").count() == 1
        assert OutboxEvent.objects.filter(type="kyc.approved", object_id=pk).count() == 1
        event = AuditEvent.objects.get(action="kyc.approve", object_id=pk)
        assert (event.actor_id, event.before["state"]) == (office.reviewer.pk, "in_review")
        assert (event.after["state"], event.after["tier"]) == ("approved", 1)

    def test_twenty_at_once_decide_and_release_once(self, office, heard):
        case = office.case(State.IN_REVIEW)

        def press(_):
            try:
                decisions.approve(customer_id=case.customer_id, actor=office.by)
            except DomainError as refusal:
                return refusal.code
            finally:
                connections.close_all()
            return "done"

        with ThreadPoolExecutor(20) as crowd:
            answers = list(crowd.map(press, range(20)))
        assert sorted(answers) == ["CASE_NOT_IN_REVIEW"] * 19 + ["done"]
        assert heard == [case.customer_id]
        assert Decision.objects.filter(case=case, event="approve").count() == 1

    def test_is_undone_with_the_release_that_fails(self, office, heard):
        case = office.case(State.IN_REVIEW)

        def refuse(**_):
            raise NotYours

        within.subscribe(decisions.APPROVED, refuse)
        with pytest.raises(NotYours):
            decisions.approve(customer_id=case.customer_id, actor=office.by)
        after = case_of(case.customer)
        assert (after.state, after.version, after.tier) == (State.IN_REVIEW, case.version, 0)
        assert not OutboxEvent.objects.filter(
            type="kyc.approved", object_id=str(case.customer_id)
        ).exists()

    def test_locks_the_case_before_anybody_hears_of_it(self, office, monkeypatch):
        """Whoever is told finds the row locked: a credit that is routed meanwhile waits."""
        import psycopg

        from tests.sessions import as_application

        case, found = office.case(State.IN_REVIEW), []

        def look(*, case, actor):
            with as_application() as other:
                try:
                    other.execute(
                        "SELECT 1 FROM kyc_case WHERE id = %s FOR SHARE NOWAIT", [case.pk]
                    )
                except psycopg.errors.LockNotAvailable:
                    found.append("locked")

        monkeypatch.setattr(within, "_subscribers", {decisions.APPROVED: [look]})
        decisions.approve(customer_id=case.customer_id, actor=office.by)
        assert found == ["locked"]

    def test_of_tier_2_is_never_one_persons(self, office):
        case = office.case(State.IN_REVIEW)
        with pytest.raises(RuntimeError):
            decisions.approve(customer_id=case.customer_id, actor=office.by, tier=2)
        assert case_of(case.customer).state == State.IN_REVIEW


class TestReviewers:
    def test_two_claims_at_once_give_the_case_to_one(self, office):
        case = office.case(State.SUBMITTED)
        staff = [make_staff(f"kyc{number}", "kyc") for number in range(8)]

        def press(person):
            try:
                reviews.claim(customer_id=case.customer_id, actor=by(person))
            except CaseClaimed:
                return None
            finally:
                connections.close_all()
            return person.pk

        with ThreadPoolExecutor(8) as crowd:
            takers = [taker for taker in crowd.map(press, staff) if taker]
        assert takers == [case_of(case.customer).reviewer_id]
        assert Decision.objects.filter(case=case, event="claim").count() == 1

    def test_ask_again_five_times_and_then_decide(self, office):
        customer = make_customer(kyc="not_started")
        fill_in(customer)
        cases.submit(customer_id=customer.pk, actor=by(customer))
        for number in range(5):
            selfie = case_of(customer).documents.get(kind="selfie", replaced_at=None)
            office.ask_again(customer, selfie)
            send(customer, "selfie", picture(text=f"try {number}"))
            cases.submit(customer_id=customer.pk, actor=by(customer))
        assert case_of(customer).attempts == 5
        selfie = case_of(customer).documents.get(kind="selfie", replaced_at=None)
        with pytest.raises(NoTriesLeft):
            office.ask_again(customer, selfie)
        assert case_of(customer).state == State.SUBMITTED


class TestApi:
    """The same over the API, as a customer and as staff."""

    SAID = {
        "full_name": "Ada Canary-Lovelace",
        "birth_date": "1985-12-10",
        "street": "12 Canary Square",
        "city": "Canaryville",
        "postcode": "CN4 RY1",
        "country": "GB",
        "tax_id": "CANARY123456",
        "id_kind": "passport",
        "consent": True,
    }

    def send(self, caller, kind, data, name="a.jpg"):
        from django.core.files.uploadedfile import SimpleUploadedFile

        return caller.client.post(
            "/api/v1/kyc/documents",
            {"kind": kind, "file": SimpleUploadedFile(name, data)},
            headers=caller.headers,
        )

    def test_leads_a_customer_to_an_approval(self, office):
        customer = make_customer(kyc="not_started")
        me, kim = Caller(customer), Caller(office.reviewer)
        nothing = me.get("kyc")
        assert nothing.json()["missing"] == ["details"]
        require_true(nothing, "kyc")
        told = me.post("kyc", self.SAID, key=None)
        assert told.status_code == 200, told.content
        assert told.json()["missing"] == ["id_front", "selfie"]
        assert "Ada" not in told.content.decode()
        require_true(told, "kyc_details")
        for kind in ("id_front", "selfie"):
            sent = self.send(me, kind, picture(text=kind))
            assert sent.status_code == 201
            require_true(sent, "kyc_document")
        handed_in = me.post("kyc/submit", {}, key=None)
        assert handed_in.json()["status"] == "pending"
        require_true(handed_in, "kyc_submit")
        again = me.post("kyc/submit", {}, key=None)
        assert (again.status_code, again.json()["code"]) == (409, "CASE_LOCKED")
        address = f"admin/kyc/{customer.pk}/approve"
        assert me.post(address, {}, key=None).status_code == 403
        done = kim.post(address, {}, key=None)
        assert (done.status_code, done.json()["status"]) == (200, "approved")
        require_true(done, "admin_kyc_approve")
        twice = kim.post(address, {}, key=None)
        assert (twice.status_code, twice.json()["code"]) == (409, "CASE_NOT_IN_REVIEW")
        assert me.get("me").json()["kyc_status"] == "approved"

    def test_tier_2_answers_202_and_waits_for_a_second_person(self, office):
        case = office.case(State.SUBMITTED)
        kim = Caller(office.reviewer)
        address = f"admin/kyc/{case.customer_id}/approve"
        short = kim.post(address, {"tier": 2}, key=None)
        assert (short.status_code, short.json()["code"]) == (400, "REASON_TOO_SHORT")
        done = kim.post(address, {"tier": 2, "reason": "all papers fit together"}, key=None)
        assert (done.status_code, done.json()["state"]) == (202, "pending")
        require_true(done, "admin_kyc_approve")
        assert case_of(case.customer).status == "pending"

    def test_rejects_with_a_code_or_with_words(self, office):
        kim = Caller(office.reviewer)
        for reason, code in (("underage", "underage"), ("the photo is a cat", "other")):
            case = office.case(State.SUBMITTED)
            done = kim.post(f"admin/kyc/{case.customer_id}/reject", {"reason": reason}, key=None)
            assert (done.status_code, done.json()["reason"]) == (200, code)
            require_true(done, "admin_kyc_reject")

    @pytest.mark.parametrize("state", State.values)
    def test_decides_only_what_waits(self, office, state):
        """Every state, by both decisions, as somebody else than who brought the case there."""
        kate = Caller(make_staff("kate", "kyc"))
        for verb, leads in (("approve", "approved"), ("reject", "rejected")):
            case = office.case(state)
            said = {"reason": "other"} if verb == "reject" else {}
            answer = kate.post(f"admin/kyc/{case.customer_id}/{verb}", said, key=None)
            if state == State.SUBMITTED:
                assert (answer.status_code, answer.json()["state"]) == (200, leads)
            else:
                assert answer.json()["code"] in ("CASE_NOT_IN_REVIEW", "CASE_CLAIMED")
                assert case_of(case.customer).state == state

    def test_refuses_files_and_bodies_of_another_form(self, office):
        me = Caller(make_customer(kyc="not_started"))
        refused = self.send(me, "selfie", b"GIF89a" + bytes(99))
        assert (refused.status_code, refused.json()["code"]) == (400, "DOCUMENT_REFUSED")
        assert refused.json()["reason"] == "type"
        large = self.send(me, "selfie", picture() + bytes(10_000_001))
        assert large.json()["reason"] == "too_large"
        assert self.send(me, "passport photo", picture()).status_code == 400
        assert me.post("kyc/documents", {"kind": "selfie"}, key=None).status_code == 415
        nothing = me.client.post("/api/v1/kyc/documents", {"kind": "selfie"}, headers=me.headers)
        assert nothing.json()["code"] == "VALIDATION_ERROR"
        elsewhere = me.client.post("/api/v1/kyc/submit", {"a": "b"}, headers=me.headers)
        assert elsewhere.status_code == 415
        for name, value in (
            ("birth_date", "2020-01-01"),
            ("country", "XX"),
            ("consent", False),
            ("full_name", "123"),
            ("tier", 3),
            ("more", "x"),
        ):
            answer = me.post("kyc", {**self.SAID, name: value}, key=None)
            assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR"), name
        assert me.get("kyc").json()["state"] == "not_started"

    def test_is_not_for_strangers_and_other_roles(self, office):
        case = office.case(State.SUBMITTED)
        assert Caller().get("kyc").status_code == 401
        for role in ("auditor", "operations"):
            staff = Caller(make_staff(role, role))
            for verb in ("approve", "reject"):
                answer = staff.post(
                    f"admin/kyc/{case.customer_id}/{verb}", {"reason": "other"}, key=None
                )
                assert answer.status_code == 403
        nobody = Caller(office.reviewer).post(
            "admin/kyc/00000000-0000-4000-8000-000000000000/approve", {}, key=None
        )
        assert nobody.json()["code"] == "NOT_FOUND_OR_NOT_YOURS"
        assert case_of(case.customer).state == State.SUBMITTED


class TestRoom:
    def test_is_for_twenty_files(self, office, monkeypatch):
        from kyc import requirements
        from kyc.refusals import DocumentsTooMany

        customer = make_customer(kyc="not_started")
        send(customer, "id_front")
        monkeypatch.setattr(requirements, "MOST_FILES", 1)
        with pytest.raises(DocumentsTooMany):
            send(customer, "selfie")
        assert case_of(customer).documents.count() == 1

    def test_is_for_so_many_bytes(self, office, monkeypatch):
        from kyc import requirements
        from kyc.refusals import DocumentsTooMany

        customer = make_customer(kyc="not_started")
        monkeypatch.setattr(requirements, "MOST_BYTES", 1000)
        with pytest.raises(DocumentsTooMany):
            send(customer, "selfie")
        assert not case_of_or_none(customer)

    def test_what_was_replaced_before_it_was_submitted_is_erased(self, office):
        customer = make_customer(kyc="not_started")
        first = send(customer, "selfie")
        second = send(customer, "selfie", picture(text="better"))
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT document_id FROM kyc_documentfile WHERE document_id IN (%s, %s)",
                [first.pk, second.pk],
            )
            assert cursor.fetchall() == [(second.pk,)]

    def test_a_picture_opens_as_its_own_document_only(self, office):
        from coinhub.core.vault import VaultError
        from kyc.models import DocumentFile

        customer = make_customer(kyc="not_started")
        one, two = send(customer, "selfie"), send(customer, "id_front")
        file = DocumentFile.objects.get(document=one)
        DocumentFile.objects.filter(document=two).delete()
        DocumentFile.objects.create(document=two, sealed_key=file.sealed_key, sealed=file.sealed)
        with pytest.raises(VaultError):
            documents.look_at(document_id=two.pk, viewer=customer, actor=by(customer))


def case_of_or_none(customer):
    from kyc.models import Case

    return Case.objects.filter(customer=customer).first()
