"""What a reviewer presses on the page of a case: read the form, make one call."""

from collections.abc import Callable
from uuid import UUID

from django.http import HttpRequest

from coinhub.core.ids import as_number
from coinhub.core.requests import actor_of
from coinhub.users.models import User
from kyc.models import Case
from kyc.refusals import ReasonMissing
from kyc.services import cases, decisions, four_eyes, reviews
from kyc.services.decisions import TIERS_FOR_TWO

Order = Callable[[HttpRequest, Case], str]


def text(request: HttpRequest, name: str, longest: int = 500) -> str:
    """Read a line of the form."""
    return request.POST.get(name, "").replace("\x00", "").strip()[:longest]


def shown(request: HttpRequest) -> int:
    """Read which version of the case was on the page; none is no version there ever is."""
    found = as_number(request.POST.get("version", ""))
    return -1 if found is None else found


def person(request: HttpRequest) -> User:
    """Give the reviewer; only staff get here."""
    user = request.user
    if not isinstance(user, User):
        raise TypeError("nobody is signed in")
    return user


def claim(request: HttpRequest, case: Case) -> str:
    """Take the case."""
    reviews.claim(customer_id=case.customer_id, actor=actor_of(request))
    return "The case is yours for 60 minutes."


def release(request: HttpRequest, case: Case) -> str:
    """Give the case back."""
    reviews.release(customer_id=case.customer_id, actor=actor_of(request))
    return "The case is back in the queue."


def changes(request: HttpRequest, case: Case) -> str:
    """Ask for the documents that were given a reason."""
    wanted = [name.removeprefix("reason-") for name in request.POST if name.startswith("reason-")]
    asked = {
        str(UUID(pk)): (text(request, f"reason-{pk}"), text(request, f"note-{pk}"))
        for pk in wanted
        if _is_id(pk) and text(request, f"reason-{pk}")
    }
    reviews.request_changes(customer_id=case.customer_id, documents=asked, actor=actor_of(request))
    return "The customer is asked for the documents again."


def approve(request: HttpRequest, case: Case) -> str:
    """Approve tier 1, or propose tier 2 to a second person."""
    tier = text(request, "tier")
    if tier not in ("1", "2"):
        raise ReasonMissing("Choose a tier.")
    if int(tier) in TIERS_FOR_TWO:
        four_eyes.propose_approval(
            customer_id=case.customer_id,
            tier=int(tier),
            reason=text(request, "note"),
            maker=person(request),
            actor=actor_of(request),
            shown=shown(request),
        )
        return "Proposed. A second person has to approve tier 2."
    decisions.approve(
        customer_id=case.customer_id,
        tier=int(tier),
        note=text(request, "note"),
        actor=actor_of(request),
        shown=shown(request),
    )
    return "Approved. What was held for the identity is released."


def reject(request: HttpRequest, case: Case) -> str:
    """Reject the case."""
    decisions.reject(
        customer_id=case.customer_id,
        reason=text(request, "reason"),
        note=text(request, "note"),
        actor=actor_of(request),
        shown=shown(request),
    )
    return "Refused; the customer keeps the tier there is." if case.is_raise else "Rejected."


def restart(request: HttpRequest, case: Case) -> str:
    """Let the customer begin again at once."""
    cases.restart_earlier(customer_id=case.customer_id, actor=actor_of(request))
    return "The customer can begin again now."


def block(request: HttpRequest, case: Case) -> str:
    """Propose to block the customer."""
    four_eyes.propose_block(
        customer_id=case.customer_id,
        cause=text(request, "cause"),
        reason=text(request, "note"),
        maker=person(request),
        actor=actor_of(request),
    )
    return "Proposed. A second person has to approve it."


def unblock(request: HttpRequest, case: Case) -> str:
    """Propose to put the customer back into review."""
    four_eyes.propose_unblock(
        customer_id=case.customer_id,
        reason=text(request, "note"),
        maker=person(request),
        actor=actor_of(request),
    )
    return "Proposed. A second person has to approve it."


def _is_id(given: str) -> bool:
    try:
        UUID(given)
    except ValueError:
        return False
    return True


ORDERS: dict[str, Order] = {
    "claim": claim,
    "release": release,
    "changes": changes,
    "approve": approve,
    "reject": reject,
    "restart": restart,
    "block": block,
    "unblock": unblock,
}
