"""Why money waits, in plain words: one place for pages and API."""

from wallets.models import Hold

# Why arrived money waits: by the first condition that is still open.
CONDITIONS = {
    "kyc": "your identity check is not finished",
    "compliance": "we are looking at it",
    "paused": "arrivals are paused",
    "reversal": "a correction of it is being checked",
    "recall_window": "its sender can still recall it",
}
# Why own money is committed: by the purpose of the hold.
PURPOSES = {
    "withdrawal": "set aside for a withdrawal",
    "transfer_review": "set aside for a payment that is being checked",
    "p2p_offer": "set aside for your offer",
    "p2p_trade": "set aside for an open trade",
    "card_auth": "set aside for a card payment",
    "reversal_freeze": "set aside while a correction is checked",
    "deposit_return": "set aside to go back to where it came from",
    "loan_collateral": "set aside as security for a loan",
    "legal": "set aside for a legal reason",
}


def open_conditions(hold: Hold) -> list[str]:
    """List the codes of the conditions that are still open."""
    return [c.code for c in hold.conditions.all() if c.cleared_at is None]


def reason_of(hold: Hold) -> str:
    """Say why money is held or locked."""
    if hold.balance_type == "locked":
        return PURPOSES.get(hold.purpose, "set aside for an open payment")
    reasons = [CONDITIONS[code] for code in open_conditions(hold) if code in CONDITIONS]
    return " and ".join(reasons) or "it is being checked"
