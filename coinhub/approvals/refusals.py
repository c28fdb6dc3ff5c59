"""What approvals refuse."""

from coinhub.core.errors import DomainError


class ReasonTooShort(DomainError):
    """A proposal or a rejection needs a reason that somebody else can understand."""

    code = "REASON_TOO_SHORT"
    title = "Give a reason of at least ten characters"


class NotPermitted(DomainError):
    """The person's role does not allow to propose or to approve this."""

    code = "APPROVAL_NOT_PERMITTED"
    status = 403
    title = "Your role does not allow this"


class MakerIsChecker(DomainError):
    """Who proposed it cannot decide about it; superusers are not exempt."""

    code = "MAKER_IS_CHECKER"
    status = 403
    title = "Somebody else has to decide: you proposed it"


class NotTheMaker(DomainError):
    """Only who proposed it may take it back."""

    code = "NOT_THE_MAKER"
    status = 403
    title = "Only the person who proposed it can take it back"


class CheckerIsParty(DomainError):
    """Whom it is about cannot decide about it."""

    code = "CHECKER_IS_PARTY"
    status = 403
    title = "Somebody else has to decide: it is about you"


class ApprovalExists(DomainError):
    """The very same proposal waits already."""

    code = "APPROVAL_EXISTS"
    status = 409
    title = "This has been proposed already and waits for a decision"


class KindUnknown(DomainError):
    """No part of CoinHub knows this kind of proposal."""

    code = "APPROVAL_KIND_UNKNOWN"
    status = 409
    title = "Nothing here knows how to do this"


class ApprovalChanged(DomainError):
    """What was shown is not what was proposed."""

    code = "APPROVAL_CHANGED"
    status = 409
    title = "This is not what you were shown; look at it again"


class ApprovalStale(DomainError):
    """What it is about has changed since; the proposal ended."""

    code = "APPROVAL_STALE"
    status = 409
    title = "What it is about has changed since it was proposed"


class ApprovalEnded(DomainError):
    """It was decided, taken back or ended before; ``state`` says which."""

    code = "APPROVAL_ENDED"
    status = 409
    title = "This proposal has ended already"


class ApprovalExpired(DomainError):
    """Nobody decided within 24 hours; the proposal ended."""

    code = "APPROVAL_EXPIRED"
    status = 409
    title = "This proposal is older than 24 hours"
