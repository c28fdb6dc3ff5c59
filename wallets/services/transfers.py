"""Payments between customers."""

from datetime import date

from coinhub.core.actor import Actor
from coinhub.core.errors import DomainError
from coinhub.core.money import Money
from wallets.ledger import drafts, posting
from wallets.ledger.request import Booked, MoneyRequest
from wallets.models import Transaction, Wallet
from wallets.policies import routing
from wallets.selectors import currencies


class SelfTransfer(DomainError):
    """Payer and payee are the same customer."""

    code = "SELF_TRANSFER"
    title = "A payment to yourself moves nothing"
    stored = True


def transfer(
    *,
    payer: Wallet,
    payee: Wallet,
    amount: Money,
    actor: Actor,
    note: str = "",
    value_date: date | None = None,
    request: MoneyRequest | None = None,
) -> Booked:
    """Move money between two customers' wallets of the same currency.

    Units:  ``amount`` is positive, in units of its currency; ``value_date`` is the day from which
        it counts, today when not given.
    Atomic: one statement of the ledger.
    Repeat: the same request gives back the first Transaction and the answer kept for it.
    Writes: Transaction, Journal with two Postings; while the payee's identity is not approved the
        money arrives in ``held``, on a Hold with the condition ``kyc``.
    Raises: SelfTransfer, CurrencyMismatch, AmountInvalid, InsufficientFunds, WalletFrozen,
        WalletClosed, IdempotencyKeyReused, IdempotencyInProgress.
    """
    if payer.owner_id == payee.owner_id:
        raise SelfTransfer
    currency = currencies.get_for(amount, payer)
    currencies.get_for(amount, payee)
    draft = drafts.move(
        type=Transaction.Type.TRANSFER,
        payer=payer,
        payee=payee,
        amount=amount,
        hold=routing.hold_for(payee, currency, purpose="transfer"),
        note=note,
        value_date=value_date,
    )
    event = "transfer.held" if draft.hold else "transfer.completed"
    return posting.book(draft, actor=actor, event=event, request=request)
