"""The documents of a case as its owner sees them."""

from dataclasses import dataclass

from kyc import requirements
from kyc.models import Case, Document
from kyc.models.case import State
from kyc.models.document import Kind
from kyc.selectors import cases

HINTS: dict[str, str] = {
    Kind.ID_FRONT: "The side with your photo, all four corners in the picture.",
    Kind.ID_BACK: "The other side of the same document.",
    Kind.SELFIE: "Your face, without glasses or hat, in good light.",
    Kind.PROOF_OF_ADDRESS: "A bill or bank letter of the last 90 days with your name and address.",
    Kind.TAX_ID: "A letter or card that shows your tax or social security number.",
}


@dataclass(frozen=True, slots=True)
class Card:
    """One document that is asked for: what is there, and what is wanted."""

    kind: str
    label: str
    hint: str
    document: Document | None
    asked: cases.AskedAgain | None
    may_send: bool
    error: str


def cards(case: Case, id_kind: str | None, errors: dict[str, str]) -> list[Card]:
    """List the documents of a case in the order in which they are asked for."""
    present = {document.kind: document for document in cases.documents_of(case)}
    asked = {one.document.kind: one for one in cases.asked_again(case)}
    needed = requirements.documents_of(case.wanted_tier, id_kind or "passport")
    settled = cases.settled(case)
    if case.state == State.APPROVED:
        needed = []  # nothing is missing any more
    shown = [kind for kind in Kind.values if kind in needed or kind in present]
    return [
        Card(
            kind=kind,
            label=Kind(kind).label,
            hint=HINTS[kind],
            document=present.get(kind),
            asked=asked.get(kind),
            may_send=_may_send(case, present.get(kind), kind in asked, kind in settled),
            error=errors.get(kind, ""),
        )
        for kind in shown
    ]


def _may_send(case: Case, document: Document | None, asked: bool, settled: bool) -> bool:
    if case.state == State.CHANGES_REQUESTED:
        return asked or (document is not None and document.submitted_at is None)
    return case.state == State.DRAFT and not settled
