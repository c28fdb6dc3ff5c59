"""The demo's customer whose identity is under review, brought there by the use cases."""

from datetime import date

from coinhub.core.actor import Actor
from coinhub.users.models import User
from kyc.models.case import State
from kyc.pictures.specimens import specimen
from kyc.selectors import cases as selectors
from kyc.services import cases, documents


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
    cases.save_details(customer_id=customer.pk, person=person, tier=1, actor=actor)
    papers = {
        "id_front": specimen(
            "PASSPORT",
            [person.full_name, "Born 1 April 1990", "No. SPEC1MEN", "Expires 2031-12-31"],
        ),
        "selfie": specimen("PHOTO", ["of the same person"]),
    }
    for kind, data in papers.items():
        documents.add_document(
            customer_id=customer.pk, kind=kind, name=f"{kind}.jpg", data=data, actor=actor
        )
    cases.submit(customer_id=customer.pk, actor=actor)
