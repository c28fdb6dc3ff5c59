"""Payments between customers."""

from datetime import date
from uuid import UUID

from coinhub.core.actor import Actor
from coinhub.core.errors import DomainError
from coinhub.core.money import Money, trimmed_text
from wallets.ledger import drafts, posting
from wallets.ledger.errors import InsufficientFunds
from wallets.ledger.request import Booked, MoneyRequest
from wallets.ledger.wallets import open_wallet
from wallets.models import Transaction, Wallet
from wallets.policies import funds, routing
from wallets.selectors import currencies, wallets


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
    return _book(payer, payee, amount, actor, request, note=note, value_date=value_date)


def pay(
    *,
    owner_id: UUID,
    to: str,
    amount: Money,
    actor: Actor,
    note: str = "",
    request: MoneyRequest | None = None,
) -> Booked:
    """Move money from a customer's wallet to whoever is named, as pages and API ask for it.

    ``to`` is an e-mail or a wallet id. A customer's first payment in a currency opens the wallet.

    Units, Atomic, Repeat, Writes: as ``transfer``; perhaps the payee's Wallet, before it.
    Raises: RecipientUnavailable, CurrencyUnknown, and those of ``transfer``.
    """
    currencies.get_currency(amount.currency)
    parties = wallets.find_parties(owner_id, to, amount.currency)
    payer = parties.payer
    if payer is None:
        raise InsufficientFunds(available="0", required=trimmed_text(amount.amount))
    payee = parties.payee or _open_for_first_payment(to, payer, amount)
    return _book(payer, payee, amount, actor, request, note=note)


def _open_for_first_payment(to: str, payer: Wallet, amount: Money) -> Wallet:
    """Open the payee's wallet, unless the payment could not be made anyway."""
    recipient = wallets.find_recipient(to)
    if recipient is None:
        raise wallets.RecipientUnavailable
    funds.require_available(payer, amount)
    payee, _ = open_wallet(owner_id=recipient.pk, currency=amount.currency)
    payee.owner = recipient
    return payee


def _book(
    payer: Wallet,
    payee: Wallet,
    amount: Money,
    actor: Actor,
    request: MoneyRequest | None,
    *,
    note: str,
    value_date: date | None = None,
) -> Booked:
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
