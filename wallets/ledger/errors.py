"""Refusals of the ledger, and the one map from the database's codes to them."""

import json
from typing import Any

import psycopg
from django.db import DatabaseError, InterfaceError

from coinhub.core.errors import AmountInvalid, DomainError, NotYours, Unavailable


class InsufficientFunds(DomainError):
    """Less is available than is asked for; ``available`` and ``required`` say how much."""

    code = "INSUFFICIENT_FUNDS"
    title = "There is not enough money available"
    stored = True


class WalletFrozen(DomainError):
    """The wallet is frozen: nothing leaves it."""

    code = "WALLET_FROZEN"
    status = 403
    title = "The wallet is frozen"
    stored = True


class WalletClosed(DomainError):
    """The wallet is closed: nothing moves."""

    code = "WALLET_CLOSED"
    status = 409
    title = "The wallet is closed"
    stored = True


class WalletUnchangeable(DomainError):
    """The wallet's state cannot be changed like that."""

    code = "WALLET_STATE_REFUSED"
    status = 409
    title = "The wallet cannot be changed so"


class HoldEnded(DomainError):
    """The hold was captured, voided or released already."""

    code = "HOLD_ENDED"
    status = 409
    title = "The hold has ended"
    stored = True


class HoldTooSmall(DomainError):
    """Less remains on the hold than is to be taken."""

    code = "HOLD_TOO_SMALL"
    title = "Less remains on the hold than is asked for"
    stored = True


class HoldConditionOpen(DomainError):
    """A condition of the hold is not cleared yet."""

    code = "HOLD_CONDITION_OPEN"
    status = 409
    title = "A condition of the hold is still open"
    stored = True


class StepBookedAlready(DomainError):
    """This step of this operation was booked before."""

    code = "STEP_BOOKED_ALREADY"
    status = 409
    title = "This step was booked before"


class MoveNotAllowed(DomainError):
    """The transaction cannot go from where it is to there."""

    code = "INVALID_STATE"
    status = 409
    title = "The transaction is in another state"
    stored = True


class IdempotencyInProgress(DomainError):
    """The first request with this key is still running."""

    code = "IDEMPOTENCY_IN_PROGRESS"
    status = 409
    title = "The first request with this key is still running"

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail, retry_after=1)


class IdempotencyKeyReused(DomainError):
    """The key was used for another request."""

    code = "IDEMPOTENCY_KEY_REUSED"
    status = 422
    title = "This key was used for another request"


class IdempotencyKeyExpired(DomainError):
    """The key was used more than 24 hours ago; it is never executed again."""

    code = "IDEMPOTENCY_KEY_EXPIRED"
    status = 422
    title = "This key was used before and its answer is no longer kept"


class RefusedBefore(DomainError):
    """The request was refused the first time; the key keeps the words."""

    code = "REFUSED_BEFORE"
    status = 409
    title = "This request was refused before"


class ServicePaused(DomainError):
    """The emergency stop holds this operation; ``message`` says what customers are told."""

    code = "SERVICE_PAUSED"
    status = 503
    title = "This is paused at the moment"

    def __init__(self, detail: str = "", message: str = "", **members: Any) -> None:
        super().__init__(detail or message, **members)


class AccountFrozen(DomainError):
    """The customer is frozen: nothing leaves any of the wallets."""

    code = "ACCOUNT_FROZEN"
    status = 403
    title = "Your account is frozen"


class CooldownActive(DomainError):
    """Three failures in a row: payments pause for some minutes."""

    code = "COOLDOWN_ACTIVE"
    status = 429
    title = "Too many failures, payments pause for some minutes"


class LimitExceeded(DomainError):
    """A limit would be passed; says which, what is used, what remains and when room is made."""

    code = "LIMIT_EXCEEDED"
    status = 422
    title = "This would pass a limit"
    stored = True


class NothingLeft(DomainError):
    """More would be given back than is left of the original payment."""

    code = "NOTHING_LEFT_TO_REVERSE"
    status = 422
    title = "Less is left of the original payment"
    stored = True


class RoutedAnew(DomainError):
    """The payee was approved or frozen meanwhile, so the credit goes elsewhere; try again."""

    code = "ROUTED_ANEW"
    status = 503
    title = "Something changed meanwhile, please try again"


class LedgerMisused(RuntimeError):
    """A journal that no use case should draft: a bug, not a refusal."""


REFUSALS: dict[str, type[DomainError]] = {
    "LG002": InsufficientFunds,
    "LG003": NotYours,
    "LG005": AmountInvalid,
    "LG007": HoldEnded,
    "LG008": HoldTooSmall,
    "LG009": HoldConditionOpen,
    "LG012": MoveNotAllowed,
    "LG013": WalletUnchangeable,
    "LG015": ServicePaused,
    "LG016": AccountFrozen,
    "LG017": CooldownActive,
    "LG018": LimitExceeded,
    "LG019": NothingLeft,
    "LG020": RoutedAnew,
    "22003": AmountInvalid,  # numeric_value_out_of_range
}
CONSTRAINTS: dict[str, type[DomainError]] = {
    "journal_step_booked_once": StepBookedAlready,
    "wallet_available_not_below_floor": WalletUnchangeable,
}
MISUSES = {"LG001", "LG006", "LG010", "LG011", "LG030"}

# Worth another try: serialization failure, deadlock, lock not available, query canceled, too many
# connections, shutdown and start-up of the server, a lost connection.
PASSING = {"40001", "40P01", "55P03", "57014", "53300", "57P01", "57P02", "57P03", "25P04", "25P03"}


def translate(error: DatabaseError | InterfaceError) -> Exception:
    """Turn a database error into the refusal it stands for; anything else comes back as it is.

    Own SQLSTATEs arrive as plain ``DatabaseError``, so the code and the constraint's name decide,
    never the class.
    """
    cause = error.__cause__
    if not isinstance(cause, psycopg.Error):
        return error
    state = cause.sqlstate or ""
    detail = _members(cause.diag.message_detail)
    if state in REFUSALS:
        return REFUSALS[state](**detail)
    if state == "LG004":
        return WalletClosed() if detail.get("status") == "closed" else WalletFrozen()
    if state in MISUSES:
        return LedgerMisused(f"{state}: {cause.diag.message_primary}")
    constraint = cause.diag.constraint_name or ""
    if constraint in CONSTRAINTS:
        return CONSTRAINTS[constraint]()
    if state == "55P03" and "wallets_idempotencykey" in (cause.diag.context or ""):
        return IdempotencyInProgress()
    if state in PASSING or state.startswith("08") or isinstance(cause, psycopg.OperationalError):
        return Unavailable(retry_after=1)
    return error


def _members(detail: str | None) -> dict[str, Any]:
    if detail and detail.startswith("{"):
        members: dict[str, Any] = json.loads(detail)  # the functions write objects
        return members
    return {}
