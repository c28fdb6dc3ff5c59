"""What the ledger knows, in plain words for customers."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation

from coinhub.core.errors import DomainError
from wallets.models import Hold, Transaction, Wallet
from wallets.templatetags.money import money

# Why arrived money waits: by the first condition that is still open.
CONDITIONS = {
    "kyc": (
        "your identity check is not finished",
        "It becomes available by itself as soon as you are approved.",
    ),
    "compliance": ("we are looking at it", "You need not do anything; we write to you."),
    "paused": ("arrivals are paused", "It becomes available as soon as the pause ends."),
    "reversal": ("a correction of it is being checked", "We write to you when it is decided."),
    "recall_window": ("its sender can still recall it", "It becomes available after that time."),
}
# Why own money is committed: by the purpose of the hold.
PURPOSES = {
    "withdrawal": "set aside for a withdrawal",
    "transfer_review": "set aside for a payment that is being checked",
    "p2p_offer": "set aside for your offer",
    "p2p_trade": "set aside for an open trade",
    "card_auth": "set aside for a card payment",
    "reversal_freeze": "set aside while a correction is checked",
    "legal": "set aside for a legal reason",
}
STATUSES = {
    Transaction.Status.PENDING: ("Open", "state-held"),
    Transaction.Status.HELD: ("Held", "state-held"),
    Transaction.Status.COMPLETED: ("Completed", "state-brand"),
    Transaction.Status.FAILED: ("Failed", "state-stop"),
    Transaction.Status.CANCELLED: ("Cancelled", ""),
    Transaction.Status.REVERSED: ("Reversed", "state-stop"),
}
# At which field of the form a refusal stands; the others stand above it.
FIELDS = {
    "INSUFFICIENT_FUNDS": "amount",
    "AMOUNT_INVALID": "amount",
    "RECIPIENT_UNAVAILABLE": "to",
    "CURRENCY_MISMATCH": "to",
    "SELF_TRANSFER": "to",
}


@dataclass(frozen=True, slots=True)
class HoldInWords:
    """One hold as its owner reads it."""

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
    open_codes = [c.code for c in hold.conditions.all() if c.cleared_at is None]
    if is_lock:
        why, what_to_do = PURPOSES.get(hold.purpose, "set aside for an open payment"), ""
    else:
        first = open_codes[0] if open_codes else ""
        why, what_to_do = CONDITIONS.get(first, ("it is being checked", ""))
    return HoldInWords(
        amount=hold.remaining,
        unit=hold.wallet,
        is_lock=is_lock,
        word="locked" if is_lock else "held",
        why=why,
        about=hold.transaction.note or hold.transaction.reference,
        what_to_do=what_to_do,
        since=hold.created_at,
        until=hold.expires_at,
    )


def refusal_in_words(refusal: DomainError, wallet: Wallet | None) -> tuple[str | None, str]:
    """Say at which field of the send form a refusal stands, and what it means there."""
    field = FIELDS.get(refusal.code)
    texts = {
        "AMOUNT_INVALID": _how_to_write(wallet),
        "INSUFFICIENT_FUNDS": _what_is_there(refusal, wallet),
        "RECIPIENT_UNAVAILABLE": "This recipient cannot be paid. Check the e-mail or wallet id.",
        "CURRENCY_MISMATCH": "The recipient's wallet is in another currency.",
        "SELF_TRANSFER": "That is your own wallet. Choose somebody else.",
        "WALLET_FROZEN": "The wallet is frozen: money can arrive, none can leave. Contact us.",
        "IDEMPOTENCY_KEY_REUSED": "This payment was sent already. See your history.",
        "IDEMPOTENCY_KEY_EXPIRED": "This payment was sent already. See your history.",
    }
    return field, texts.get(refusal.code) or refusal.detail


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
