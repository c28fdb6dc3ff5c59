"""What identity says no to."""

from typing import Any

from coinhub.core.errors import DomainError


class CaseLocked(DomainError):
    """What was submitted stays as it is while it is under review, and after."""

    code = "CASE_LOCKED"
    status = 409
    title = "The identity check is under way or decided; nothing can be changed now"


class CaseNotInReview(DomainError):
    """The case does not wait for this decision (any more)."""

    code = "CASE_NOT_IN_REVIEW"
    status = 409
    title = "The case does not wait for this decision"


class CaseClaimed(DomainError):
    """Somebody else reviews the case."""

    code = "CASE_CLAIMED"
    status = 409
    title = "Somebody else is reviewing this case"


class CaseIncomplete(DomainError):
    """Something that the tier asks for is missing; ``missing`` names it."""

    code = "CASE_INCOMPLETE"
    title = "Something is missing"


class OwnCase(DomainError):
    """Nobody decides on the own case."""

    code = "OWN_CASE"
    status = 403
    title = "Nobody decides on their own case"


class NoTriesLeft(DomainError):
    """The customer has sent corrections as often as is allowed."""

    code = "CASE_NO_TRIES_LEFT"
    status = 409
    title = "There are no further tries; the case waits for a decision"


class RestartTooEarly(DomainError):
    """A rejected customer may begin again later; ``restart_from`` says when."""

    code = "RESTART_TOO_EARLY"
    status = 409
    title = "The identity check cannot begin again yet"


class ReasonMissing(DomainError):
    """A decision against somebody needs a reason from the list."""

    code = "REASON_MISSING"
    title = "A reason from the list is needed"


class DocumentNotAskedFor(DomainError):
    """Only what was asked for again can be sent now."""

    code = "DOCUMENT_NOT_ASKED_FOR"
    status = 409
    title = "This document was not asked for"


class DocumentsTooMany(DomainError):
    """A customer has at most 20 files of 100 MB together."""

    code = "DOCUMENTS_TOO_MANY"
    status = 409
    title = "There are too many files already"


class DocumentRefused(DomainError):
    """The file is not one we take; ``reason`` says why."""

    code = "DOCUMENT_REFUSED"
    title = "This file cannot be taken"

    def __init__(self, reason: str, detail: str = "", **members: Any) -> None:
        super().__init__(detail, reason=reason, **members)
