"""The sandbox's customer under review."""

from kyc.models import Document
from kyc.models.case import State
from kyc.pictures.refused import Refused
from kyc.services import demo, documents
from tests.conftest import make_customer
from tests.kyc.conftest import by, case_of


class TestDemo:
    def test_hands_in_papers_of_nobody_once(self, committed_db):
        carol = make_customer("carol", kyc="not_started")
        demo.hand_in(customer=carol, actor=by(carol))
        demo.hand_in(customer=carol, actor=by(carol))
        case = case_of(carol)
        assert case.state == State.SUBMITTED
        assert Document.objects.filter(case=case).count() == 2

    def test_goes_on_where_it_was_interrupted(self, committed_db, monkeypatch):
        carol = make_customer("carol", kyc="not_started")

        def stops(**_):
            raise KeyboardInterrupt

        monkeypatch.setattr(documents, "add_document", stops)
        try:
            demo.hand_in(customer=carol, actor=by(carol))
        except KeyboardInterrupt:
            monkeypatch.undo()
        assert case_of(carol).state == State.DRAFT
        demo.hand_in(customer=carol, actor=by(carol))
        assert case_of(carol).state == State.SUBMITTED

    def test_a_sandbox_that_can_read_no_file_starts_without_papers(self, committed_db, monkeypatch):
        carol = make_customer("carol", kyc="not_started")

        def refuses(**_):
            raise Refused("too_costly")

        monkeypatch.setattr(demo, "make_picture", refuses)
        demo.hand_in(customer=carol, actor=by(carol))
        assert case_of(carol).status == "pending"
        assert not Document.objects.filter(case__customer=carol).exists()
