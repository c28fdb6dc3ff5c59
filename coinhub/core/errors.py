"""Refusals: what CoinHub says no to, each with a stable code and an HTTP status."""

from typing import Any, ClassVar


class DomainError(Exception):
    """A refusal a caller can expect; nothing was changed.

    ``code`` is the contract, ``detail`` is words for people. ``members`` are further members of the
    answer. ``stored`` says whether an idempotency key remembers the refusal.
    """

    code: ClassVar[str] = "REFUSED"
    status: ClassVar[int] = 400
    title: ClassVar[str] = "The request was refused"
    stored: ClassVar[bool] = False

    def __init__(self, detail: str = "", **members: Any) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.members = members


class ValidationFailed(DomainError):
    """The request is not of the form asked for; ``errors`` names the places."""

    code = "VALIDATION_ERROR"
    title = "The request is not valid"


class AmountInvalid(DomainError):
    """An amount that is no amount of this currency."""

    code = "AMOUNT_INVALID"
    title = "The amount is not valid"


class CurrencyMismatch(DomainError):
    """Two currencies where one is needed."""

    code = "CURRENCY_MISMATCH"
    title = "The currencies do not match"


class NotYours(DomainError):
    """Somebody else's object, or one that does not exist: the two look alike."""

    code = "NOT_FOUND_OR_NOT_YOURS"
    status = 403
    title = "There is no such thing, or it is not yours"


class Unavailable(DomainError):
    """The database could not answer in time; nothing was done, the caller may try again."""

    code = "TRY_AGAIN"
    status = 503
    title = "Not possible at the moment, please try again"


class SetupBroken(DomainError):
    """Something that the set-up makes is missing or wrong; named in the detail."""

    code = "SETUP_BROKEN"
    status = 503
    title = "CoinHub is not set up correctly"
