"""Holds: reserve money, then capture it or let it go."""

from datetime import date, datetime

from coinhub.core.actor import Actor
from coinhub.core.money import Money
from wallets.ledger import drafts, posting
from wallets.ledger import holds as ledger_holds
from wallets.ledger.request import Booked, MoneyRequest
from wallets.models import Hold, Wallet
from wallets.policies import routing
from wallets.selectors import currencies


def place_hold(
    *,
    payer: Wallet,
    payee: Wallet,
    amount: Money,
    purpose: str,
    actor: Actor,
    expires_at: datetime | None = None,
    reference: str = "",
    value_date: date | None = None,
    request: MoneyRequest | None = None,
) -> Booked:
    """Lock money of the payer for a payment to the payee that may come.

    Units:  ``amount`` is positive, in units of its currency.
    Atomic: one statement of the ledger.
    Repeat: the same request gives back the first Transaction.
    Writes: Transaction (PENDING), Journal with two Postings, Hold.
    Raises: InsufficientFunds, CurrencyMismatch, AmountInvalid, WalletFrozen, WalletClosed.
    """
    currencies.get_for(amount, payer)
    currencies.get_for(amount, payee)
    draft = drafts.lock(
        payer=payer,
        payee=payee,
        amount=amount,
        hold=drafts.HoldDraft(purpose=purpose, expires_at=expires_at),
        reference=reference,
        value_date=value_date,
    )
    return posting.book(draft, actor=actor, event="hold.placed", request=request)


def capture(
    *,
    hold: Hold,
    amount: Money,
    actor: Actor,
    value_date: date | None = None,
    request: MoneyRequest | None = None,
) -> Booked:
    """Pay all or part of a hold to its payee; what remains goes back to the payer.

    Units:  ``amount`` is positive and at most what remains on the hold.
    Atomic: one statement of the ledger.
    Repeat: the same request gives back the first answer; otherwise the hold has ended.
    Writes: Journal with Postings, Hold, Transaction (COMPLETED; HELD while the payee's identity is
        not approved).
    Raises: HoldEnded, HoldTooSmall, CurrencyMismatch, AmountInvalid, WalletClosed.
    """
    payee = hold.transaction.payee_wallet
    waits = routing.hold_for(payee, currencies.get_for(amount, payee), purpose=hold.purpose)
    return ledger_holds.capture(
        hold,
        payee=payee,
        amount=amount,
        waits=waits,
        actor=actor,
        value_date=value_date,
        request=request,
    )


def void(
    *,
    hold: Hold,
    actor: Actor,
    value_date: date | None = None,
    request: MoneyRequest | None = None,
) -> Booked:
    """Let a hold go: all that remains becomes available to the payer again.

    Atomic: one statement of the ledger.
    Repeat: the same request gives back the first answer; otherwise the hold has ended.
    Writes: Journal with two Postings, Hold, Transaction (CANCELLED).
    Raises: HoldEnded.
    """
    return ledger_holds.void(hold, actor=actor, value_date=value_date, request=request)
