"""The demo's customer whose identity is under review, brought there by the use cases."""

from datetime import date

import structlog

from coinhub.core.actor import Actor
from coinhub.core.errors import DomainError
from coinhub.users.models import User
from kyc.models.case import State
from kyc.pictures.process import make_picture
from kyc.pictures.refused import Refused
from kyc.pictures.specimens import specimen
from kyc.selectors import cases as selectors
from kyc.services import cases, documents
from kyc.services.take_over import take_over

log = structlog.get_logger(__name__)


def hand_in(*, customer: User, actor: Actor) -> None:
    """Fill in and hand in a case with papers of nobody.

    Atomic: each step by itself; what was interrupted is continued.
    Repeat: a case that was handed in stays as it is.
    Writes: Case, Details, Document and what goes with them.
    """
    case = selectors.find_case(customer.pk)
    if case is not None and case.state not in (State.NOT_STARTED, State.DRAFT):
        return
    person = cases.Person(
        full_name=f"{customer.name or 'Carol'} Specimen",
        birth_date=date(1990, 4, 1),
        street="1 Example Street",
        city="London",
        postcode="E1 1AA",
        country="GB",
        tax_id="QQ 12 34 56 C",
        id_kind="passport",
    )
    if case is None and not _can_take_files():
        take_over(customer_ids=[customer.pk], state=State.SUBMITTED, actor=actor)
        return
    cases.save_details(customer_id=customer.pk, person=person, tier=1, actor=actor)
    for kind, data in _papers(person.full_name).items():
        documents.add_document(
            customer_id=customer.pk, kind=kind, name=f"{kind}.jpg", data=data, actor=actor
        )
    cases.submit(customer_id=customer.pk, actor=actor)


def _papers(name: str) -> dict[str, bytes]:
    lines = [name, "Born 1 April 1990", "No. SPEC1MEN", "Expires 2031-12-31"]
    return {
        "id_front": specimen("PASSPORT", lines),
        "selfie": specimen("PHOTO", ["of the same person"]),
    }


def _can_take_files() -> bool:
    """Say whether files can be read here; a sandbox starts without papers rather than not."""
    try:
        make_picture(name="a.jpg", data=specimen("TEST", []))
    except (Refused, DomainError, OSError) as failure:
        log.warning("demo_without_papers", kind=type(failure).__name__)
        return False
    return True
