"""The customer's identity pages, and what they are shown."""

import base64
import os
import re
import subprocess
from urllib.parse import urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from kyc.models import Case, Details, Document
from kyc.models.case import State
from kyc.services import cases, decisions, documents, reviews
from tests.conftest import make_customer, make_staff
from tests.kyc.conftest import by, case_of, fill_in, picture, send

SAID = {
    "full_name": "Ada Canary-Lovelace",
    "birth_date": "1985-12-10",
    "street": "12 Canary Square",
    "city": "Canaryville",
    "postcode": "CN4 RY1",
    "country": "GB",
    "tax_id": "CANARY123456",
    "id_kind": "passport",
    "tier": "1",
    "source_of_funds": "",
    "consent": "on",
}


@pytest.fixture
def dave(committed_db):
    return make_customer("dave", kyc="not_started")


def upload(browser, kind, data=None, name="photo.jpg"):
    sent = SimpleUploadedFile(name, data or picture(text=kind), "image/jpeg")
    return browser.post(f"/kyc/documents/{kind}/", {"file": sent})


class TestSending:
    def test_counts_with_what_programs_send(self, dave, signed_in, settings):
        settings.RATE_LIMITS = True
        browser = signed_in(dave)
        answers = [upload(browser, "id_front", b"nothing") for _ in range(21)]
        assert {answer.status_code for answer in answers[:20]} == {422}
        assert answers[20].status_code == 429
        assert int(answers[20]["Retry-After"]) > 0


class TestWizard:
    def test_leads_from_nothing_to_a_case_under_review(self, dave, signed_in):
        browser = signed_in(dave)
        assert "Three steps" in browser.get("/kyc/").content.decode()
        assert browser.post("/kyc/details/", SAID).headers["Location"] == "/kyc/"
        page = browser.get("/kyc/").content.decode()
        assert "Still missing: Identity document, front, Photo of yourself" in page
        for kind in ("id_front", "selfie"):
            assert upload(browser, kind).headers["Location"] == f"/kyc/#{kind}"
        assert browser.post("/kyc/submit/").headers["Location"] == "/kyc/"
        assert case_of(dave).state == State.SUBMITTED
        page = browser.get("/kyc/").content.decode()
        assert "We are checking what you sent." in page
        assert 'type="file"' not in page, "nothing can be changed now"

    @pytest.mark.parametrize(
        ("name", "value", "said"),
        [
            ("birth_date", "2020-01-01", "18 or older"),
            ("birth_date", "1850-01-01", "check the date"),
            ("birth_date", "31.12.1985", "check the date"),
            ("full_name", "12345", "as it stands in your document"),
            ("full_name", "", "fill this in"),
            ("country", "XX", "valid choice"),
            ("street", "a\u0007b", "Only letters"),
            ("consent", "", "Without your consent"),
            ("tier", "2", "where your money comes from"),
        ],
    )
    def test_says_at_its_place_what_is_not_right_and_keeps_nothing(
        self, dave, signed_in, name, value, said
    ):
        answer = signed_in(dave).post("/kyc/details/", {**SAID, name: value})
        assert answer.status_code == 422
        assert said in answer.content.decode()
        assert not Case.objects.filter(customer=dave).exists()

    def test_a_file_that_is_refused_is_told_at_its_card(self, dave, signed_in):
        browser = signed_in(dave)
        browser.post("/kyc/details/", SAID)
        answer = upload(browser, "id_front", b"GIF89a" + bytes(100), "photo.jpg")
        assert answer.status_code == 422
        assert "We take JPEG, PNG, WebP and PDF." in answer.content.decode()
        answer = browser.post("/kyc/documents/id_front/", {})
        assert "Choose a file first." in answer.content.decode()
        answer = upload(browser, "id_front", picture() + bytes(10_000_001))
        assert "more than 10 MB" in answer.content.decode()
        assert not Document.objects.filter(case__customer=dave).exists()

    def test_nothing_is_submitted_that_is_not_complete(self, dave, signed_in):
        browser = signed_in(dave)
        browser.post("/kyc/details/", {**SAID, "id_kind": "licence"})
        upload(browser, "id_front")
        answer = browser.post("/kyc/submit/")
        assert answer.status_code == 422
        assert "Identity document, back, Photo of yourself" in answer.content.decode()
        assert case_of(dave).state == State.DRAFT

    def test_shows_what_is_wanted_again_and_takes_only_that(self, office, signed_in):
        dave = make_customer("dave", kyc="not_started")
        fill_in(dave)
        cases.submit(customer_id=dave.pk, actor=by(dave))
        front = Document.objects.get(case__customer=dave, kind="id_front")
        reviews.request_changes(
            customer_id=dave.pk,
            documents={str(front.pk): ("other", "The corner is <b>folded</b>.")},
            actor=office.by,
        )
        browser = signed_in(dave)
        page = browser.get("/kyc/").content.decode()
        assert "We need 1 document again." in page
        assert "The corner is &lt;b&gt;folded&lt;/b&gt;." in page
        assert page.count('type="file"') == 1
        assert upload(browser, "selfie").status_code == 422
        assert browser.post("/kyc/submit/").status_code == 422
        upload(browser, "id_front")
        assert browser.post("/kyc/submit/").status_code == 302
        case = case_of(dave)
        assert (case.state, case.attempts) == (State.SUBMITTED, 1)
        versions = Document.objects.filter(case=case, kind="id_front")
        assert versions.count() == 2
        assert hasattr(versions.get(replaced_at__isnull=False), "file"), "the old one stays"

    def test_a_rejected_customer_may_begin_again_when_staff_allow_it(self, office, signed_in):
        case = office.case(State.REJECTED)
        browser = signed_in(case.customer)
        assert "You can begin again from" in browser.get("/kyc/").content.decode()
        answer = browser.post("/kyc/details/", SAID)
        assert answer.status_code == 422
        assert case_of(case.customer).state == State.REJECTED
        cases.restart_earlier(customer_id=case.customer_id, actor=office.by)
        assert browser.post("/kyc/details/", SAID).status_code == 302
        assert case_of(case.customer).state == State.DRAFT

    @pytest.mark.parametrize("address", ["/kyc/", "/kyc/details/"])
    def test_is_for_people_who_have_signed_in(self, client, db, address):
        assert client.get(address).status_code == 302

    def test_has_nothing_inline_and_asks_nobody_else(self, dave, signed_in):
        browser = signed_in(dave)
        browser.post("/kyc/details/", SAID)
        for address in ("/kyc/", "/kyc/details/"):
            page = browser.get(address).content.decode()
            assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*src=)", page)


class TestPictures:
    def test_are_shown_to_their_owner_as_ours_and_kept_by_no_browser(self, dave, signed_in):
        document = send(dave)
        answer = signed_in(dave).get(f"/kyc/pictures/{document.pk}/")
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "image/jpeg"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.content.startswith(b"\xff\xd8\xff")

    def test_look_alike_for_a_stranger_and_for_nobodys(self, dave, signed_in):
        document = send(dave)
        browser = signed_in(make_customer("mallory"))
        foreign = browser.get(f"/kyc/pictures/{document.pk}/")
        unknown = browser.get("/kyc/pictures/00000000-0000-4000-8000-000000000000/")
        assert (foreign.status_code, unknown.status_code) == (403, 403)
        token = re.compile(r'[A-Za-z0-9]{64}|value="[^"]+"|request[^<]*')
        assert token.sub("", foreign.content.decode()) == token.sub("", unknown.content.decode())

    def test_the_customer_sees_who_looked(self, office, signed_in):
        dave = make_customer("dave", kyc="not_started")
        fill_in(dave)
        cases.submit(customer_id=dave.pk, actor=by(dave))
        reviews.claim(customer_id=dave.pk, actor=office.by)
        office.reviewer.name = "Kim Case"
        office.reviewer.save()
        selfie = Document.objects.get(case__customer=dave, kind="selfie")
        browser = signed_in(dave)
        assert "Who looked" not in browser.get("/kyc/").content.decode()
        documents.look_at(document_id=selfie.pk, viewer=office.reviewer, actor=office.by)
        page = browser.get("/kyc/").content.decode()
        assert "<strong>Kim Case</strong> looked at photo of yourself to check it" in page
        kate = make_staff("kate", "kyc")
        documents.look_at(
            document_id=selfie.pk,
            viewer=kate,
            actor=by(kate),
            reason="dispute",
            note="the neighbour's complaint",
        )
        page = browser.get("/kyc/").content.decode()
        assert "because of a dispute or a complaint" in page
        assert "neighbour" not in page, "that is ours"

    def test_a_member_of_staff_without_the_case_or_a_reason_sees_nothing(self, office):
        from coinhub.core.errors import NotYours
        from coinhub.events.models import AuditEvent

        dave = make_customer("dave", kyc="not_started")
        document = send(dave)
        before = AuditEvent.objects.count()
        for viewer, reason in (
            (office.reviewer, ""),
            (office.checker, "because I would like to"),
            (make_staff("audrey", "auditor"), "because I would like to"),
            (make_customer("mallory"), "because I would like to"),
            (office.reviewer, "because I would like to"),
            (office.checker, "audit"),
            (make_customer("mallet"), "audit"),
        ):
            with pytest.raises(NotYours):
                documents.look_at(
                    document_id=document.pk, viewer=viewer, actor=by(viewer), reason=reason
                )
        assert AuditEvent.objects.filter(object_id=str(document.pk)).count() == 1, "its arrival"
        documents.look_at(
            document_id=document.pk,
            viewer=office.reviewer,
            actor=office.by,
            reason="dispute",
            note="complaint 17 of the customer",
        )
        seen = AuditEvent.objects.get(action="kyc_document.looked_at", object_id=str(document.pk))
        assert seen.after["reason"] == "dispute: complaint 17 of the customer"
        assert before < AuditEvent.objects.count()


class TestStoredData:
    def test_holds_no_word_of_what_was_said_and_no_picture(self, dave, django_db_blocker):
        """What a dump of the tables would show."""
        fill_in(dave)
        words = ["canary", "lovelace", "1985", "wages"]
        case = case_of(dave)
        with connection.cursor() as cursor:
            for table, column in (
                ("kyc_case", "id"),
                ("kyc_details", "case_id"),
                ("kyc_document", "case_id"),
                ("kyc_decision", "case_id"),
            ):
                cursor.execute(f"SELECT t::text FROM {table} t WHERE {column} = %s", [case.pk])
                rows = " ".join(row[0] for row in cursor.fetchall())
                assert rows
                plain = rows + bytes.fromhex(
                    "".join(re.findall(r"\\\\x([0-9a-f]+)", rows)) or "00"
                ).decode("latin-1")
                for word in words:
                    assert word not in plain.lower(), (table, word)
            cursor.execute("SELECT sealed FROM kyc_documentfile")
            assert all(b"\xff\xd8\xff\xe0" not in bytes(row[0]) for row in cursor.fetchall())
            cursor.execute(
                "SELECT t::text FROM events_auditevent t WHERE object_id = %s", [str(dave.pk)]
            )
            assert not any(w in row[0].lower() for row in cursor.fetchall() for w in words)
        assert Details.objects.get(case=case).full_name == "Ada Canary-Lovelace"


class TestDecisionsOnThePage:
    def test_are_told_in_plain_words(self, office, signed_in):
        for state, words in (
            (State.APPROVED, "Your identity is verified."),
            (State.REJECTED, "We could not verify your identity."),
            (State.BLOCKED, "Your account is blocked."),
        ):
            case = office.case(state)
            assert words in signed_in(case.customer).get("/kyc/").content.decode()

    def test_an_approved_customer_cannot_change_what_was_checked(self, office, signed_in):
        dave = make_customer("dave", kyc="not_started")
        fill_in(dave)
        cases.submit(customer_id=dave.pk, actor=by(dave))
        decisions.approve(customer_id=dave.pk, actor=office.by)
        browser = signed_in(dave)
        assert browser.get("/kyc/details/").status_code == 302
        for tier in ("1", "2"):
            changed = {**SAID, "tier": tier, "full_name": "Eve", "source_of_funds": "Wages"}
            assert browser.post("/kyc/details/", changed).status_code == 422
        assert upload(browser, "id_front").status_code == 422
        assert Details.objects.get(case__customer=dave).full_name == "Ada Canary-Lovelace"


class TestOverview:
    @pytest.mark.parametrize(
        ("state", "words"),
        [
            (State.NOT_STARTED, "Verify it now"),
            (State.SUBMITTED, "We are checking your identity"),
            (State.CHANGES_REQUESTED, "We need a document again."),
            (State.REJECTED, "We could not verify your identity."),
        ],
    )
    def test_leads_to_what_can_be_done(self, office, signed_in, state, words):
        page = signed_in(office.case(state).customer).get("/").content.decode()
        assert words in page
        assert 'href="/kyc/"' in page

    def test_says_nothing_to_the_approved_and_invites_who_has_no_case(
        self, office, signed_in, dave
    ):
        page = signed_in(office.case(State.APPROVED).customer).get("/").content.decode()
        assert "your identity" not in page
        assert "Verify it now" in signed_in(dave).get("/").content.decode()


class TestDump:
    def test_of_the_whole_database_shows_nothing_of_it(self, dave):
        """As text, as bytes in hexadecimal, and no picture either."""
        fill_in(dave)
        programs = os.environ.get("COINHUB_PGBIN")
        if not programs:
            pytest.skip("COINHUB_PGBIN is not set: the embedded server's own programs are needed")
        name = connection.settings_dict["NAME"]
        dump = subprocess.run(
            [f"{programs}/pg_dump", "--data-only", "--dbname", admin_address(str(name))],
            capture_output=True,
            check=True,
            timeout=120,
        ).stdout.lower()
        assert str(dave.pk).encode() in dump
        for word in (b"Canary-Lovelace", b"12 Canary Square", b"CANARY123456", b"Canary Works"):
            wide = word.decode().encode("utf-16-le")
            forms = [word, wide, base64.b64encode(word)[:-4]]
            for form in [*forms, *(one.hex().encode() for one in [*forms, word.lower()])]:
                assert form.lower() not in dump
        stored = Document.objects.filter(case__customer=dave)
        assert stored.count() == 2
        assert b"ffd8ffe0" not in dump


def admin_address(name):
    address = urlsplit(os.environ["DATABASE_ADMIN_URL"])
    return address._replace(path=f"/{name}").geturl()
