"""What each tier asks for, and which reasons there are; pure."""

from collections.abc import Collection

from coinhub.events.reasons import STATED

HIGHEST_TIER = 2
TRIES = 5  # how often corrections may be sent
LEASE_MINUTES = 60
SLA_HOURS = 48
RESTART_DAYS = 30
MOST_FILES = 20
MOST_BYTES = 100_000_000

# Why a document is wanted again, in the customer's words.
DOCUMENT_REASONS: dict[str, str] = {
    "blurry": "The picture is blurred. Hold still, use more light, and send a sharp one.",
    "cropped": "A part is cut off. All four corners have to be seen.",
    "expired": "The document has expired. Please send one that is valid.",
    "name_mismatch": "The name is not the one you gave. Send a document in your name.",
    "wrong_type": "This is another document than the one we asked for.",
    "not_readable": "We cannot read it. Avoid reflections, and send a clearer picture.",
    "suspected_edit": "The picture seems to have been edited. Send an untouched one.",
    "other": "Please send it again; our note says why.",
}
# Why a case, or a higher tier, is rejected, in the customer's words.
REJECT_REASONS: dict[str, str] = {
    "document_invalid": "The documents could not be accepted.",
    "name_mismatch": "The documents do not match what you told us.",
    "underage": "Our service is for adults.",
    "duplicate": "You have an account already.",
    "not_eligible": "We cannot offer our service to you.",
    "no_answer": "What we asked for was not sent.",
    "other": "The check could not be completed.",
}
BLOCK_REASONS: dict[str, str] = {
    "fraud": "Fraud",
    "sanctions": "Sanctions",
    "court": "Order of a court or an authority",
}

# Why staff who do not review a case look at it: always stated, the daily work is no reason.
LOOK_REASONS = STATED


def documents_of(tier: int, id_kind: str) -> list[str]:
    """List the documents that a tier needs; a passport has no back."""
    needed = ["id_front"]
    if id_kind != "passport":
        needed.append("id_back")
    needed.append("selfie")
    if tier > 1:
        needed += ["proof_of_address", "tax_id"]
    return needed


def missing(
    *, tier: int, id_kind: str | None, source_of_funds: str, present: Collection[str]
) -> list[str]:
    """Name what is still needed before a case can be submitted."""
    if id_kind is None:
        return ["details"]
    lacking = [kind for kind in documents_of(tier, id_kind) if kind not in present]
    if tier > 1 and not source_of_funds:
        lacking.insert(0, "source_of_funds")
    return lacking
