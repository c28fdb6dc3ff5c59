"""The stage of the identity tests: people, cases at every state, files as pictures."""

import io
from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest
from PIL import Image, ImageDraw

from coinhub.core.actor import Actor
from coinhub.users.models import User
from kyc.models import Case, Document
from kyc.models.case import State
from kyc.services import cases, decisions, documents, four_eyes, raises, reviews, take_over
from tests.conftest import make_customer, make_staff

ADA = cases.Person(
    full_name="Ada Canary-Lovelace",
    birth_date=date(1985, 12, 10),
    street="12 Canary Square",
    city="Canaryville",
    postcode="CN4 RY1",
    country="GB",
    tax_id="CANARY123456",
    id_kind="passport",
    source_of_funds="Wages of the Canary Works",
)
NEEDED = ("id_front", "selfie")


def picture(kind: str = "JPEG", *, size: tuple[int, int] = (640, 420), text: str = "") -> bytes:
    """Draw a picture as a phone would send it."""
    image = Image.new("RGB", size, (235, 238, 245))
    ImageDraw.Draw(image).text((20, 20), text or "SPECIMEN", fill=(20, 20, 60))
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


def by(user: User) -> Actor:
    """Make the actor of a person."""
    return Actor(kind="staff" if user.is_staff else "customer", user_id=user.pk, request_id="t")


def send(
    customer: User, kind: str = "id_front", data: bytes = b"", name: str = "a.jpg"
) -> Document:
    """Send a document as a customer does."""
    return documents.add_document(
        customer_id=customer.pk,
        kind=kind,
        name=name,
        data=data or picture(text=f"{kind} of {customer.pk}"),
        actor=by(customer),
    )


def fill_in(customer: User) -> Case:
    """Begin a case and give it all that tier 1 needs."""
    cases.save_details(customer_id=customer.pk, person=ADA, tier=1, actor=by(customer))
    for kind in NEEDED:
        send(customer, kind)
    return case_of(customer)


def case_of(customer: User) -> Case:
    """Read a case anew."""
    return Case.objects.get(customer=customer)


def second(approval_id: UUID, checker: User) -> None:
    """Let the second person approve what was proposed."""
    from coinhub.approvals import services
    from coinhub.approvals.models import Approval

    shown = Approval.objects.get(public_id=approval_id).payload_sha256
    services.approve(approval_id, checker=checker, shown_sha256=shown, actor=by(checker))


class Office:
    """A reviewer, a second person, and customers whose cases stand where a test wants them."""

    def __init__(self) -> None:
        self.reviewer = make_staff("kim", "kyc")
        self.checker = make_staff("chris", "operations")

    def case(self, state: str) -> Case:
        """Bring a new customer's case to a state by the use cases; pictures only where needed."""
        customer = make_customer(kyc="not_started")
        if state in (State.DRAFT, State.CHANGES_REQUESTED):
            case = fill_in(customer)
            if state == State.DRAFT:
                return case
            cases.submit(customer_id=customer.pk, actor=by(customer))
            front = Document.objects.get(case=case, kind="id_front")
            self.ask_again(customer, front)
            return case_of(customer)
        if state != State.NOT_STARTED:
            take_over.take_over(customer_ids=[customer.pk], state=State.SUBMITTED)
        else:
            Case.objects.create(customer=customer)
        go: dict[str, Callable[[], object]] = {
            State.IN_REVIEW: lambda: reviews.claim(customer_id=customer.pk, actor=self.by),
            State.APPROVED: lambda: decisions.approve(customer_id=customer.pk, actor=self.by),
            State.REJECTED: lambda: decisions.reject(
                customer_id=customer.pk, reason="other", actor=self.by
            ),
            State.BLOCKED: lambda: self.block(customer),
        }
        go.get(state, lambda: None)()
        case = case_of(customer)
        assert case.state == state
        return case

    def raised(self, state: str) -> Case:
        """Bring a customer with tier 1, who asks for tier 2, to a state."""
        customer = make_customer(kyc="not_started")
        fill_in(customer)
        cases.submit(customer_id=customer.pk, actor=by(customer))
        decisions.approve(customer_id=customer.pk, actor=self.by)
        raises.ask(customer_id=customer.pk, source_of_funds="Wages", actor=by(customer))
        if state != State.DRAFT:
            for kind in ("proof_of_address", "tax_id"):
                send(customer, kind)
            cases.submit(customer_id=customer.pk, actor=by(customer))
        if state == State.CHANGES_REQUESTED:
            proof = Document.objects.get(case__customer=customer, kind="proof_of_address")
            self.ask_again(customer, proof)
        if state == State.IN_REVIEW:
            reviews.claim(customer_id=customer.pk, actor=self.by)
        case = case_of(customer)
        assert (case.state, case.tier, case.status) == (state, 1, "approved")
        return case

    @property
    def by(self) -> Actor:
        """The reviewer."""
        return by(self.reviewer)

    def ask_again(self, customer: User, document: Document, reason: str = "blurry") -> Case:
        """Ask for a document again."""
        return reviews.request_changes(
            customer_id=customer.pk, documents={str(document.pk): (reason, "")}, actor=self.by
        )

    def block(self, customer: User) -> None:
        """Block a customer with four eyes."""
        reviews.claim(customer_id=customer.pk, actor=self.by)
        proposed = four_eyes.propose_block(
            customer_id=customer.pk,
            cause="fraud",
            reason="the papers are somebody else's",
            maker=self.reviewer,
            actor=self.by,
        )
        second(proposed.public_id, self.checker)


@pytest.fixture
def office(committed_db: None) -> Office:
    """The identity team; what a test does is committed."""
    return Office()
