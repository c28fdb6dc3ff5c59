"""What the ledger knows, in plain words for customers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import partial
from uuid import UUID

from coinhub.core.errors import DomainError
from wallets.models import Hold, Transaction, Wallet
from wallets.selectors.reasons import open_conditions, reason_of
from wallets.templatetags.money import money

# What the owner of arrived money can do: by the first condition that is still open.
WHAT_TO_DO = {
    "kyc": "It becomes available by itself as soon as you are approved.",
    "compliance": "You need not do anything; we write to you.",
    "paused": "It becomes available as soon as the pause ends.",
    "reversal": "We write to you when it is decided.",
    "recall_window": "It becomes available after that time.",
}
STATUSES = {
    Transaction.Status.PENDING: ("Open", "state-held"),
    Transaction.Status.HELD: ("Held", "state-held"),
    Transaction.Status.COMPLETED: ("Completed", "state-brand"),
    Transaction.Status.FAILED: ("Failed", "state-stop"),
    Transaction.Status.CANCELLED: ("Cancelled", ""),
    Transaction.Status.REVERSED: ("Reversed", "state-stop"),
}
NETWORKS = {
    "bitcoin": "Bitcoin network",
    "ethereum": "Ethereum network",
    "tron": "Tron network",
    "iban": "to a bank account",
}
# At which field of the form a refusal stands; the others stand above it.
FIELDS = {
    "INSUFFICIENT_FUNDS": "amount",
    "AMOUNT_INVALID": "amount",
    "RECIPIENT_UNAVAILABLE": "to",
    "CURRENCY_MISMATCH": "to",
    "SELF_TRANSFER": "to",
    "AMOUNT_OUT_OF_RANGE": "amount",
    "LIMIT_EXCEEDED": "amount",
    "NOTHING_LEFT_TO_REVERSE": "amount",
    "CODE_REFUSED": "code",
    "FACTOR_LOCKED": "code",
    "PASSKEY_REFUSED": "code",
}
LIMITS = {
    "payments_1h": "That would be more payments than you may make in an hour",
    "volume_24h": "That would pass what you may move in 24 hours (in USD)",
    "withdrawals_24h": "That would pass what you may withdraw in 24 hours (in USD)",
}
SAID = {
    "RECIPIENT_UNAVAILABLE": "This recipient cannot be paid. Check the e-mail or wallet id.",
    "TOO_MANY_RECIPIENTS": "Too many recipients could not be paid. Please try again tomorrow.",
    "CURRENCY_MISMATCH": "The recipient's wallet is in another currency.",
    "SELF_TRANSFER": "That is your own wallet. Choose somebody else.",
    "WALLET_FROZEN": "The wallet is frozen: money can arrive, none can leave. Contact us.",
    "ACCOUNT_FROZEN": "Your account is frozen: nothing can leave it. Contact us.",
    "KYC_REQUIRED": "Your identity check comes first. Only points can be sent before.",
    "COOLDOWN_ACTIVE": "Three payments in a row failed. Please wait some minutes, then try again.",
    "PRICE_UNAVAILABLE": "There is no recent price of this currency. Please try again in a minute.",
    "CODE_REFUSED": "This code is not right, or was used before. Wait for the next one.",
    "PASSKEY_REFUSED": "This was not your passkey, or it was for something else. Try again.",
    "CONFIRMATION_ENDED": "That took too long. Please review the payment again.",
    "SECOND_FACTOR_MISSING": "A payment of this size needs a second factor. Set one up in your"
    " settings first.",
    "RATE_LIMITED": "Too many payments in a minute. Please wait a moment.",
    "ROUTED_ANEW": "Something changed at this very moment. Press again.",
    "TRY_AGAIN": "No answer came in time. Press again: this payment is never made twice.",
    "IDEMPOTENCY_IN_PROGRESS": "It is being sent. Press again to see: it is never sent twice.",
    "IDEMPOTENCY_KEY_REUSED": "This payment was sent already. See your history.",
    "IDEMPOTENCY_KEY_EXPIRED": "This payment was sent already. See your history.",
}


@dataclass(frozen=True, slots=True)
class HoldInWords:
    """One hold as its owner reads it."""

    transaction_id: UUID
    amount: Decimal
    unit: Wallet
    is_lock: bool
    word: str
    why: str
    about: str
    what_to_do: str
    since: datetime
    until: datetime | None


def hold_in_words(hold: Hold) -> HoldInWords:
    """Say why money is held or locked, since when, until when, and what its owner can do."""
    is_lock = hold.balance_type == "locked"
    waits_for = [] if is_lock else open_conditions(hold)
    return HoldInWords(
        transaction_id=hold.transaction.public_id,
        amount=hold.remaining,
        unit=hold.wallet,
        is_lock=is_lock,
        word="locked" if is_lock else "held",
        why=reason_of(hold),
        about=hold.transaction.note or hold.transaction.reference,
        what_to_do=WHAT_TO_DO.get(waits_for[0], "") if waits_for else "",
        since=hold.created_at,
        until=hold.expires_at,
    )


def network_in_words(network: str) -> str:
    """Name a network as people do."""
    return NETWORKS.get(network, network)


def refusal_in_words(refusal: DomainError, wallet: Wallet | None) -> tuple[str | None, str]:
    """Say at which field of the send form a refusal stands, and what it means there."""
    field = FIELDS.get(refusal.code)
    texts: dict[str, Callable[[Wallet | None], str]] = {
        "AMOUNT_INVALID": _how_to_write,
        "INSUFFICIENT_FUNDS": partial(_what_is_there, refusal),
        "AMOUNT_OUT_OF_RANGE": partial(_what_may_be, refusal),
        "LIMIT_EXCEEDED": partial(_what_is_left, refusal),
        "NOTHING_LEFT_TO_REVERSE": partial(_what_may_go_back, refusal),
    }
    if refusal.code in texts:
        return field, texts[refusal.code](wallet)
    return field, SAID.get(refusal.code) or refusal.detail


def _how_to_write(wallet: Wallet | None) -> str:
    if wallet is None:
        return "Write the amount with digits and a point, such as 12.50."
    if wallet.decimals == 0:
        return f"Write a whole number above zero: {wallet.currency_id} has no decimals."
    return (
        f"Write a number above zero with a point, such as 12.50: {wallet.currency_id} has at most"
        f" {wallet.decimals} decimals."
    )


def _what_is_there(refusal: DomainError, wallet: Wallet | None) -> str:
    """Name what is available now, as the ledger saw it under the lock."""
    try:
        available = Decimal(str(refusal.members["available"]))
    except (KeyError, InvalidOperation):
        return refusal.detail
    if wallet is None:
        return refusal.detail
    return f"That is more than is available: {money(available, wallet)}."


def _what_may_be(refusal: DomainError, wallet: Wallet | None) -> str:
    """Name the least and the most of one payment."""
    least, most = refusal.members.get("min"), refusal.members.get("max")
    unit = wallet.currency_id if wallet is not None else ""
    return f"One payment is {least} to {most} {unit}.".replace(" .", ".")


def _what_is_left(refusal: DomainError, _wallet: Wallet | None) -> str:
    """Name the limit that would be passed, and what is left of it."""
    words = LIMITS.get(str(refusal.members.get("limit")), "That would pass one of your limits")
    left = refusal.members.get("remaining")
    return f"{words}; {left} is left." if left is not None else f"{words}."


def _what_may_go_back(refusal: DomainError, wallet: Wallet | None) -> str:
    """Name what is left of the payment that is given back."""
    left = Decimal(str(refusal.members.get("left", "0")))
    if wallet is None or not left:
        return "Everything was given back already."
    return f"Only {money(left, wallet)} is left of this payment."
